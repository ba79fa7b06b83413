import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LANGUAGES, Texts, type Language } from '#src/common/texts.js';

/** What pages promise in words, where a word too many would promise what the portal does not do. */
const texts = new Texts('views');

const FILLED = { day: '1 aprile', date: '1 aprile', time: '09:00', protocol: 'DIR-2026-0000001-1' };

type Words = Readonly<Record<Language, RegExp>>;

function say(keys: readonly string[], words: Words): void {
  for (const language of LANGUAGES)
    for (const key of keys) assert.match(texts.for(language)(key, FILLED), words[language], `${language} ${key}`);
}

function neverSay(keys: readonly string[], words: Words): void {
  for (const language of LANGUAGES)
    for (const key of keys)
      assert.doesNotMatch(texts.for(language)(key, FILLED), words[language], `${language} ${key}`);
}

describe('the texts promise what is done:', () => {
  it('of a restriction, that only security and delegations leave the portal', () => {
    say(['rights.what-restriction', 'rights.after-restriction', 'rights.mark-restriction', 'desk.effect-restriction'], {
      it: /portale.*e-mail o SMS.*sicurezza.*delegh/,
      en: /portal.*e-mail or text message.*security and delegations/,
      de: /Portal.*E-Mail oder SMS.*Sicherheit und zu Vollmachten/,
    });
  });

  it('of an objection, that optional messages stop and the office writes about the rest', () => {
    say(['rights.after-objection', 'rights.mark-objection', 'desk.effect-objection'], {
      it: /messaggi facoltativi.*(sul|per il) resto/i,
      en: /optional messages.*everything else/i,
      de: /freiwilligen Nachrichten.*sonst/i,
    });
  });

  it('of channels that are not there yet, that they will be used', () => {
    say(['contacts.what-pec', 'contacts.what-address'], {
      it: /^L[ao] useremo quando/,
      en: /^We will use it when/,
      de: /^Wir werden sie verwenden, wenn/,
    });
    neverSay(['preferences.what-appointment'], { it: /promemoria/i, en: /reminder/i, de: /erinnerung/i });
  });

  it('of an erasure, that it waits for the other requests', () => {
    say(['rights.after-erasure', 'rights.erasure-ahead', 'desk.effect-erasure'], {
      it: /altre (tue )?richieste/,
      en: /other (data )?requests/,
      de: /anderen (Daten)?[Aa]nträge/,
    });
  });

  it('of an erasure, that the record of consents stays', () => {
    say(['rights.refusal-erasure', 'desk.effect-erasure'], {
      it: /consensi.*restano/,
      en: /consents.* stay/,
      de: /Einwilligungen.* bleiben/,
    });
  });

  it('of what is kept secret, by which law, and not until when', () => {
    const keys = ['accesses.hidden', 'export.without-investigations-why'];
    say(keys, {
      it: /articoli 2-undecies e 2-duodecies/,
      en: /articles 2-undecies and 2-duodecies/,
      de: /Artikel 2-undecies und 2-duodecies/,
    });
    neverSay(keys, { it: /finché|ancora/, en: /as long as|yet|until/, de: /so lange|noch/ });
  });

  it('of codes, that one not sent yet is kept encrypted', () => {
    say(['export.without-secrets-why'], {
      it: /deve ancora partire è cifrato/,
      en: /yet to leave is encrypted/,
      de: /noch nicht gesendeter Code ist verschlüsselt/,
    });
  });
});
