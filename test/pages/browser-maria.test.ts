import { everyPageInABrowser } from '../support/browser-walk.ts';

everyPageInABrowser('of Maria, who has everything', ({ who }) => who === 'maria');
