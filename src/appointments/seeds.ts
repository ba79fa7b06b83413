/** What a new portal is filled with; run as owner by scripts/, never by the program. */
export { seedOffices } from './offices.seed.js';
export { seedSlots } from './slots.seed.js';
