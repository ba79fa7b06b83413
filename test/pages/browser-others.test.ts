import { everyPageInABrowser } from '../support/browser-walk.ts';

everyPageInABrowser('of everybody else', ({ who }) => !['nobody', 'elena', 'sara', 'maria'].includes(who));
