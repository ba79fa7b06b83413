import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { Forbidden, NotFound } from '../../common/errors.js';
import { CONSENT_PURPOSES, NOTICE_TYPE_RULES, type ConsentPurpose } from '../../common/notice-types.js';
import { newestFirst } from '../../common/page-key.js';
import type { Language } from '../../common/texts.js';
import { consentStatus, outcomeOf, type Choice, type ConsentStatus } from './consents.rules.js';
import { ConsentsRepository, type ConsentEventRow, type ConsentTextRow } from './consents.repository.js';

export interface ConsentState {
  text: ConsentTextRow;
  last: ConsentEventRow | null;
  status: ConsentStatus;
}

export interface ConsentsPage {
  states: ConsentState[];
  history: ConsentEventRow[];
  /** Key of the next page of the history, null on the last. */
  next: string | null;
}

export type Chosen =
  | { ok: true; wrote: 'given' | 'withdrawn' | null }
  /** replaced: the words the page showed are not those of today. elsewhere: another window was quicker. */
  | { ok: false; reason: 'unknown' | 'replaced' | 'elsewhere' };

/** Lines on one page of the history. */
const PAGE = 40;
/** Two presses at once want the same number: the second looks again, and finds that nothing is left to do. */
const TRIES = 3;

/** Consents a person gives and withdraws: an append-only ledger of exact words (GDPR art. 7). */
@Injectable()
export class ConsentsService {
  constructor(
    private readonly db: Database,
    private readonly consents: ConsentsRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @param before key of the last line of the page before */
  async page({ subject, by }: Acting, language: Language, before: string | null): Promise<ConsentsPage> {
    return this.db.actingAs(citizen(subject, by), async () => {
      const states = await this.states(subject, language);
      const found = await this.consents.history(subject, newestFirst.read(before), PAGE + 1);
      const history = found.slice(0, PAGE);
      const last = history.at(-1);
      return { states, history, next: found.length > PAGE && last ? newestFirst.after(last) : null };
    });
  }

  /** One line of the ledger. @throws NotFound when it is not this person's */
  async event({ subject, by }: Acting, id: string): Promise<ConsentEventRow> {
    return this.db.actingAs(citizen(subject, by), async () => {
      const found = await this.consents.event(subject, id);
      if (!found) throw new NotFound();
      return found;
    });
  }

  /** The state of each purpose, in the order of CONSENT_PURPOSES; joins the unit of work under way. */
  async states(subject: string, language: Language): Promise<ConsentState[]> {
    const texts = await this.consents.currentTexts(language);
    const events = await this.consents.lastEvents(subject);
    return CONSENT_PURPOSES.flatMap((purpose) => {
      const text = texts.find((one) => one.purpose === purpose);
      const last = events.find((one) => one.purpose === purpose) ?? null;
      return text ? [{ text, last, status: consentStatus(last, text.version) }] : [];
    });
  }

  /** Gives or withdraws. @param session public id of the session, kept with the line */
  async choose(
    acting: Acting,
    purpose: string,
    choice: Choice,
    { session, language }: { session: string; language: Language },
  ): Promise<Chosen> {
    if (acting.by !== acting.subject) throw new Forbidden('a delegate may not change consents');
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const state = (await this.states(acting.subject, language)).find(({ text }) => text.purpose === purpose);
        if (!state) return { ok: false, reason: 'unknown' };
        const outcome = outcomeOf(choice, state.last, state.text.version);
        if (outcome === 'nothing') return { ok: true, wrote: null };
        if (outcome !== 'write') return { ok: false, reason: outcome };
        if (await this.write(acting.subject, state, choice.give, session, language))
          return { ok: true, wrote: choice.give ? 'given' : 'withdrawn' };
      }
      return { ok: false, reason: 'elsewhere' };
    });
  }

  /** A withdrawal is about the words that were agreed to, whatever is shown today. */
  private async write(
    subject: string,
    { text, last }: ConsentState,
    give: boolean,
    sessionId: string,
    language: Language,
  ): Promise<boolean> {
    const [id, at, { purpose }] = [randomUUID(), this.clock.now(), text];
    const words = give || !last ? { version: text.version, language } : last;
    const event = { id, purpose, number: (last?.number ?? 0) + 1, given: give, sessionId, at };
    if (!(await this.consents.append(subject, { ...event, version: words.version, language: words.language })))
      return false;
    if (!give) await this.consents.stopMessages(typesOf(purpose), at);
    const action = give ? 'consents.give' : 'consents.withdraw';
    const details = { consent: purpose, version: words.version };
    await this.audit.record({ action, subject, object: id, purpose: 'consent', details });
    return true;
  }
}

function typesOf(purpose: ConsentPurpose) {
  return NOTICE_TYPE_RULES.filter(({ consent }) => consent === purpose).map(({ type }) => type);
}
