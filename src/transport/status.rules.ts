/** What a final failure says of the address: that it does not work, perhaps, or nothing (this message alone failed). */
export type Blame = 'respinta' | 'dubbia' | 'fallita';

/** Enhanced status (RFC 3463) in a reply, also as others write it: '550 5.1.1 No', '550-5.1.1 No', '550 #5.1.0 No', 'No (#5.1.1)'. */
export function enhancedStatus(reply: string): string | null {
  return /(?:^|[;#]\s*|\b[245]\d\d[\s-]+#?)([245]\.\d{1,3}\.\d{1,3})(?![.\d])/.exec(reply)?.[1] ?? null;
}

/** No such mailbox, host or domain; moved, disabled (RFC 3463, 3.2, 3.3, 3.5; 5.1.10 RFC 7505; three digits are Exchange Online's). */
const OF_ADDRESS = /^5\.(1\.([1236]|10|351)|2\.1|4\.([14]|310))$/;
/** "Other", of something that may be the address. */
const VAGUE = /^5\.[0-5]\.0$/;
/** Full, too large, our text, our standing with the receiver. One wrong setting of ours must not mark everybody's contacts. */
const OF_US = /^5\.(1\.[78]|2\.[234]|3\.[1-9]|6\.|7\.)/;

/** More is no diagnosis. */
const MOST_WORDS = 2_000;

/** The diagnosis decides over the status: servers send 5.0.0, 5.1.0 and even 5.1.1 for whatever they refuse. */
const WORDS_OF_US = anyOf(
  // who we are, and what is thought of us
  /spam|junk|unsolicited|bulk mail|virus|malware|phish|polic(y|ies)|reputation|complaint|suspicious|prohibited|local restriction/,
  /black ?-?list|block ?-?list|deny ?-?list|dnsbl|\brbl\b|blocked|banned|(?<!not )listed (in|on|at|by)|\bsender\b|\bmail from\b|spoof|forged/,
  /\bdmarc\b|\bspf\b|\bdkim\b|authenticat|not authori[sz]ed|unauthori[sz]ed|permission|relay(ing)? (access )?(denied|not|prohibited)|unable to relay/,
  /(?<!recipient address rejected: )access denied|reverse dns|\bptr\b|\bhelo\b|\behlo\b|\bip address\b|starttls|encrypt/,
  // how much and how often
  /over ?-?quota|quota|mailbox (is )?full|full mailbox|mailfolder is full|storage|out of space|disk (is )?full|too (large|big|many|much|fast)|size limit|exceed/,
  /\brate\b|rate ?-?limit|throttl|limit|gr[ae]y ?-?list|try again|try later|retry|temporar|deferred|time(d)? ?-?out|expired|in the queue too long|congest/,
  /connection (refused|reset|lost|dropped)|loop|too many hops|hop count|content|attachment/,
  /casella piena|spazio esaurito|postfach (ist )?(voll|überfüllt)/,
);
const NAMED_LISTS = /spamhaus|barracuda|spamcop|sorbs|abusix|uceprotect|proofpoint|senderscore|invaluement/i;

const WORDS_OF_ADDRESS = anyOf(
  /(user|recipient|mailbox|account|address|alias|domain|host|subscriber|person)( name)?( address)?( is| was| has been)? ?:?(unknown|not found|invalid|inactive|disabled|closed|deactivated|suspended|terminated|discontinued|not known|not valid|not listed in|non-?existent)/,
  /(unknown|no such|invalid|nonexistent|non-existent|bad|inactive|disabled|illegal) (local |virtual |or illegal |destination |recipient |e-?mail )?(user|recipient|mailbox|mail box|account|address|alias|domain|host|person|part)/,
  /(does ?n[o'’]?t|do not|not) exist|no mailbox|not a (valid|known)|isn['’]t a|could ?n[o'’]?t be found|not found by|recipientnotfound|recipnotfound|nosuchuser|not our customer/,
  /no longer (valid|in use|available|exist|active|accept)|does ?n[o'’]?t have an?|unrouteable|un-?routable|undeliverable address|null ?mx|nullmx|has moved|no mail hosts|no mail is accepted|tried to reach is|not listed in .*directory/,
  /utente (sconosciuto|inesistente)|(casella|indirizzo|destinatario) (inesistente|sconosciut[oa]|non (trovat[oa]|esiste))|(empfänger|postfach|adresse|benutzer) (unbekannt|existiert nicht|nicht gefunden)/,
);

/** @param status of a report, when it has a proper one @param words the words of the server that refused */
export function blame(status: string | null, words: string): Blame {
  const said = words.slice(0, MOST_WORDS);
  const statuses = [status, enhancedStatus(said)].filter((one) => one !== null);
  const diagnosis = diagnosisIn(said);
  const forNow = statuses.some((one) => !one.startsWith('5.'));
  const ofUs = statuses.some((one) => OF_US.test(one)) || WORDS_OF_US.test(diagnosis) || NAMED_LISTS.test(said);
  if (forNow || ofUs) return 'fallita';
  if (statuses.some((one) => OF_ADDRESS.test(one)) || WORDS_OF_ADDRESS.test(diagnosis)) return 'respinta';
  return statuses.every((one) => VAGUE.test(one)) && !/^(?:[\w-]+;)?\s*(4\d\d|552)\b/.test(said) ? 'dubbia' : 'fallita';
}

/** The same, of the reply to the recipient's line: a bare code says only that it was refused. */
export function blameOfReply(code: number, reply: string): Blame {
  const blamed = blame(null, reply);
  const bare = blamed === 'dubbia' && enhancedStatus(reply) === null;
  return bare && ![550, 551, 553].includes(code) ? 'fallita' : blamed;
}

/** Without addresses and names of hosts: `quota@posta.example` and `antispam.example` are no reasons. */
function diagnosisIn(said: string): string {
  return said
    .replace(/<?[^\s<>:;,"]{1,64}@[\w.-]{1,255}>?/g, ' ')
    .replace(/https?:\/\/\S{1,500}/gi, ' ')
    .replace(/\b(?!resolver\.|storedrv\.|smtpsend\.|transport\.)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/gi, ' ')
    .replace(/\s+/g, ' ');
}

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'i');
}
