export { PIN_CONTROLLERS, PIN_PROVIDERS } from './pin.parts.js';
export { PinDemonstration } from './pin-demonstration.js';
