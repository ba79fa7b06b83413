// What the npm sources of scripts/places/generate.mjs do not say, or say wrongly. Each line is checked by the generator: one that is no longer needed stops it.

/** ISTAT code → name: the source lost a letter that its encoding does not have. */
export const NAMES = { '031022': "Savogna d'Isonzo-Sovodnje ob Soči" };

/** ISTAT code → Belfiore code, where the register of Belfiore codes still has a name of the past (said after the current one). */
export const BELFIORE = {
  '001056': 'B733', // Caravino: Masino
  '001092': 'C868', // Colleretto Giacosa: Colleretto Parella
  '001251': 'I126', // San Ponso: San Ponso Canavese
  '001266': 'I702', // Settimo Vittone: Settimo Tavagnasco
  '001274': 'L247', // Torre Canavese: Torre Bairo
  '022242': 'M356', // Contà: the last letter is broken in the source
  '030023': 'C556', // Cervignano del Friuli: Cervignano
  '061025': 'C178', // Castello del Matese: Castello d'Alife
  '061038': 'D884', // Gallo Matese: Gallo
  '061051': 'F203', // Mignano Monte Lungo: Mignano
  '061056': 'G541', // Piana di Monte Verna: Piana di Caiazzo
  '061057': 'G596', // Piedimonte Matese: Piedimonte d'Alife
  '061076': 'H939', // San Gregorio Matese: San Gregorio
  '061094': 'L379', // Trentola Ducenta: Trentola
  '061098': 'D801', // Villa di Briano: Frignano Piccolo
};

/**
 * ISTAT code → GeoNames id of the seat: comuni born, or moved to another province, after the data of GeoNames was taken (March 2023).
 * The seat is the one of the larger comune that merged into them.
 */
export const SEATS = {
  '005122': 6535511, // Moransengo-Tonengo: Moransengo
  '012144': 6535090, // Bardello con Malgesso e Bregano: Bardello
  '013256': 3165063, // Uggiate con Ronago: Uggiate Trevano
  '024128': 6535587, // Sovizzo
  '025075': 3169673, // Setteville: Quero
  '028108': 3180554, // Santa Caterina d'Este: Carceri
  '081025': 8948909, // Misiliscemi: Rilievo
  '099030': 6534666, // Montecopiolo, from Pesaro e Urbino to Rimini: Villagrande
  '099031': 3167069, // Sassofeltrio, from Pesaro e Urbino to Rimini
};

/** ISTAT code → names in other languages by which people look for the comune, besides the official ones of ISTAT. Own knowledge. */
export const OTHER_NAMES = {
  '001272': ['Turin'],
  '007003': ['Aoste'],
  '010025': ['Genoa', 'Genua'],
  '015146': ['Milan', 'Mailand'],
  '020030': ['Mantua'],
  '022205': ['Trient', 'Trent'],
  '027042': ['Venice', 'Venedig'],
  '028060': ['Padua'],
  '031007': ['Gorica', 'Görz'],
  '032006': ['Trst', 'Triest'],
  '048017': ['Florence', 'Florenz'],
  '058091': ['Rome', 'Rom'],
  '063049': ['Naples', 'Neapel'],
  '089017': ['Syracuse', 'Syrakus'],
};

/** Comuni whose ISTAT name joins the Italian and the Slovene or Ladin one with a hyphen. */
export const HYPHENATED_BILINGUAL = ['022250', '031003', '031019', '031022', '032001', '032002', '032004', '032005'];

/** Sigla → ISTAT code of the capital where GeoNames marks none, or more than one. */
export const CAPITALS = { BT: '110001', PG: '054039' };

/** Sigla → official name, where the package shortens it. */
export const PROVINCE_NAMES = {
  AO: "Valle d'Aosta",
  MB: 'Monza e della Brianza',
  RC: 'Reggio di Calabria',
  RE: "Reggio nell'Emilia",
};

/** Countries and territories of the past, and lands that belong to another, whose codes people still have; own knowledge. */
export const BIRTHPLACES_ABROAD =
  'Z124 Z136 Z137 Z141 Z142 Z143 Z147 Z151 Z152 Z201 Z202 Z212 Z218 Z221 Z230 Z231 Z238 Z239 ' +
  'Z244 Z245 Z303 Z304 Z323 Z324 Z346 Z350 Z356 Z360 Z362 Z363 Z364 Z365 Z366 Z367 Z500 Z508 ' +
  'Z513 Z517 Z518 Z520 Z521 Z523 Z607 Z701 Z702 Z705 Z706 Z707 Z708 Z709 Z710 Z712 Z714 Z715 ' +
  'Z717 Z718 Z720 Z721 Z725 Z727 Z800 Z801 Z802 Z900 Z901 Z902 Z903 Z904 Z905 Z906';
