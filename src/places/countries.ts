/**
 * Countries and territories by their code: ISO 3166-1 alpha-2 as of the CLDR 47 territory list, with XK (Kosovo), which ISO
 * leaves to users and the European Union uses. Names come from CLDR through Intl, so none is kept here.
 */
const CODES =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD ' +
  'CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF ' +
  'GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN ' +
  'KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA ' +
  'NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI ' +
  'SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI ' +
  'VN VU WF WS XK YE YT ZA ZM ZW';

/** Nobody lives there for good, and no post goes there: they would only make the list longer. */
const UNINHABITED = new Set(['AQ', 'BV', 'GS', 'HM', 'TF', 'UM']);

export const COUNTRY_CODES: readonly string[] = CODES.split(' ');
/** Where somebody can live, Italy left out. */
export const CODES_ABROAD = COUNTRY_CODES.filter((code) => code !== 'IT' && !UNINHABITED.has(code));

export interface Country {
  code: string;
  name: string;
}

/** 'Canada', in the language of the page; Italy too. */
export function countryName(code: string, lang: string): string {
  return namesIn(lang).of(code) ?? code;
}

/** Every country but Italy, in the order of the language. */
export function countriesAbroad(lang: string): readonly Country[] {
  return listOf(lang);
}

const names = new Map<string, Intl.DisplayNames>();

function namesIn(lang: string): Intl.DisplayNames {
  const known = names.get(lang) ?? new Intl.DisplayNames([lang], { type: 'region' });
  names.set(lang, known);
  return known;
}

const lists = new Map<string, readonly Country[]>();

/** Made once: names and their order cost some milliseconds. */
function listOf(lang: string): readonly Country[] {
  const known = lists.get(lang);
  if (known) return known;
  const { compare } = new Intl.Collator(lang);
  const list = CODES_ABROAD.map((code) => ({ code, name: countryName(code, lang) })).toSorted((a, b) =>
    compare(a.name, b.name),
  );
  lists.set(lang, list);
  return list;
}
