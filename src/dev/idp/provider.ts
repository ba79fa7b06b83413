import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FederationName, SigningKeys } from '../../auth/index.js';
import { errorResponse, identityResponse, providerMetadata, type Answering, type Somebody } from './answers.js';
import { form, html, redirect, send } from './answer.js';
import { choicePage, errorsOf, messagePage, peopleOf, returnPage, sessionsPage } from './idp-pages.js';
import type { DevIdpOptions } from './idp.js';
import { logoutAnswer, logoutRequest, type OpenSession } from './logouts.js';
import {
  readPost,
  readRedirect,
  readService,
  type CheckedRequest,
  type RequestReading,
  type ServiceFacts,
} from './requests.js';

/** Requests waiting for a choice, and sessions that may be ended: few, in memory, oldest dropped. */
const KEPT = 1000;

/** The development provider of one federation. */
export class Provider {
  readonly entityId: string;
  readonly metadata: string;
  private readonly waiting = new Map<string, CheckedRequest>();
  private readonly sessions = new Map<string, OpenSession>();

  constructor(
    readonly federation: FederationName,
    private readonly url: string,
    private readonly keys: SigningKeys,
    private readonly options: DevIdpOptions,
  ) {
    this.entityId = `${url}/${federation}/metadata`;
    this.metadata = providerMetadata({ federation, entityId: this.entityId, keys }, url);
  }

  /** @returns false when this provider has no such page */
  async route(page: string, query: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    switch (`${req.method} ${page}`) {
      case 'GET metadata':
        send(res, 200, 'application/samlmetadata+xml', this.metadata);
        return true;
      case 'GET sso':
        this.choose(res, readRedirect(query, await this.service(), this.asked));
        return true;
      case 'POST sso':
        this.choose(res, await this.posted(req));
        return true;
      case 'POST risposta':
        this.answer(res, await form(req));
        return true;
      case 'GET uscita':
        this.leave(res, query, await this.service());
        return true;
      case 'GET sessioni':
        html(res, 200, sessionsPage(this.federation, [...this.sessions.values()]));
        return true;
      case 'POST chiudi':
        this.end(res, await form(req), await this.service());
        return true;
      default:
        return false;
    }
  }

  private async service(): Promise<ServiceFacts> {
    return readService(await this.options.serviceMetadata(this.federation));
  }

  private get asked() {
    const { federation, url } = this;
    return { federation, ssoUrl: `${url}/${federation}/sso`, now: this.now.epochMilliseconds };
  }

  private get by(): Answering {
    return { federation: this.federation, entityId: this.entityId, keys: this.keys, now: this.now };
  }

  private get now(): Temporal.Instant {
    return this.options.clock.now();
  }

  private async posted(req: IncomingMessage): Promise<RequestReading> {
    const fields = await form(req);
    const [message, relayState] = ['SAMLRequest', 'RelayState'].map((name) => fields.get(name) ?? '');
    return readPost(message ?? '', relayState ?? '', await this.service(), this.asked);
  }

  private choose(res: ServerResponse, reading: RequestReading): void {
    if (!reading.ok)
      return html(
        res,
        400,
        messagePage('Richiesta non valida', `Il portale ha inviato una richiesta non conforme: ${reading.why}.`),
      );
    const state = randomUUID();
    keep(this.waiting, state, reading.request);
    html(res, 200, choicePage(this.federation, reading.request, state));
  }

  private answer(res: ServerResponse, fields: URLSearchParams): void {
    const request = this.waiting.get(fields.get('stato') ?? '');
    if (!request) return html(res, 400, messagePage('Richiesta scaduta', 'Torna al portale e ricomincia.'));
    const message = this.message(request, fields);
    if (!message)
      return html(res, 400, messagePage('Scelta non valida', 'Torna indietro e scegli una persona o un errore.'));
    html(res, 200, returnPage(request.consumerUrl, Buffer.from(message).toString('base64'), request.relayState));
  }

  private message(request: CheckedRequest, fields: URLSearchParams): string | null {
    const code = Number(fields.get('errore'));
    if (errorsOf(this.federation).some(([known]) => known === code)) return errorResponse(request, code, this.by);
    const person = peopleOf(this.federation).find((one) => one.key === fields.get('persona'));
    const level = Number(fields.get('livello'));
    if (!person || ![1, 2, 3].includes(level)) return null;
    // Avviso 18 v2: a professional identity is given only to who asks for one, and no other to who does.
    if (this.federation === 'spid' && isProfessional(person, fields) !== (request.purpose !== null))
      return errorResponse(request, 30, this.by);
    const nameId = `_${randomUUID()}`;
    keep(this.sessions, nameId, { nameId, who: `${person.name} ${person.familyName}` });
    return identityResponse(request, person, level, this.by, nameId);
  }

  /** The portal says that somebody leaves: their session here ends too. */
  private leave(res: ServerResponse, query: string, service: ServiceFacts): void {
    const reading = logoutAnswer(query, service, this.by);
    if (!reading.ok) return html(res, 400, messagePage('Uscita non valida', `${reading.why}.`));
    if (reading.ended) this.sessions.delete(reading.ended);
    if (reading.url) return redirect(res, reading.url);
    html(res, 200, messagePage('Sei uscito', 'Il portale ha confermato l’uscita.'));
  }

  /** Somebody leaves here: the portal is told. */
  private end(res: ServerResponse, fields: URLSearchParams, service: ServiceFacts): void {
    const session = this.sessions.get(fields.get('nome') ?? '');
    if (!session) return html(res, 404, messagePage('Sessione non trovata', 'È già chiusa.'));
    this.sessions.delete(session.nameId);
    redirect(res, logoutRequest(session, service, this.by));
  }
}

function isProfessional(person: Somebody, fields: URLSearchParams): boolean {
  return 'professional' in person && person.professional && !fields.has('personale');
}

function keep<T>(kept: Map<string, T>, key: string, value: T): void {
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? '');
  kept.set(key, value);
}
