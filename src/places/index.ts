export { isBirthplace } from './birthplaces.js';
export { PlacesModule } from './places.module.js';
export { PlacesService } from './places.service.js';
export { seedPlaces } from './places.seed.js';
export { foldedNames, foldName, metresBetween, type Comune, type Match, type Point } from './places.rules.js';
export { CODES_ABROAD, COUNTRY_CODES, countriesAbroad, countryName, type Country } from './countries.js';
