import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { keptKeys, Refusal, selfSigned, type FederationName, type SigningKeys } from '../../auth/index.js';
import type { Clock } from '../../common/clock.js';
import { messagePage } from './idp-pages.js';
import { html } from './answer.js';
import { Provider } from './provider.js';

export interface DevIdpOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Where its keys are kept; null makes fresh ones in memory (tests). */
  readonly dataDir: string | null;
  readonly clock: Clock;
  /** The portal's signed metadata in this federation. */
  readonly serviceMetadata: (federation: FederationName) => Promise<string>;
}

export interface DevIdp {
  readonly url: string;
  /** One provider for each federation, each an entity of its own. */
  readonly providers: readonly { federation: FederationName; entityId: string; metadataXml: string }[];
  /** False when another process of ours already serves it on this port. */
  readonly serving: boolean;
  close(): Promise<void>;
}

const FEDERATIONS = ['spid', 'cie', 'eidas'] as const;

/**
 * The development identity providers: real SAML on another site than the portal. They check our requests as strictly as
 * real ones, and sign their answers with keys of their own. Never loaded in production.
 */
export async function startDevIdp(options: DevIdpOptions): Promise<DevIdp> {
  const keys = await ownKeys(options);
  const server = createServer();
  const serving = await listens(server, options);
  const port = serving ? (server.address() as AddressInfo).port : options.port;
  const url = `http://${options.host}:${port}`;
  const providers = FEDERATIONS.map((federation) => new Provider(federation, url, keys, options));
  server.on('request', (req, res) => void handle(providers, url, req, res));
  return {
    url,
    providers: providers.map(({ federation, entityId, metadata }) => ({ federation, entityId, metadataXml: metadata })),
    serving,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function ownKeys({ dataDir, clock }: DevIdpOptions): Promise<SigningKeys> {
  const subject = {
    commonName: 'Identità di prova',
    organization: 'Gestore di identità di prova',
    uri: 'http://127.0.0.1/prova',
    organizationIdentifier: 'VATIT-00000000000',
    locality: 'Roma',
  };
  const make = () => selfSigned(subject, clock.now(), 2048);
  return dataDir === null ? make() : keptKeys(join(dataDir, 'keys'), 'identita-di-prova', make);
}

/** Web processes beside one another share one provider: the first serves, the others know its metadata. */
function listens(server: Server, { port, host }: DevIdpOptions): Promise<boolean> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' && port !== 0 ? done(false) : fail(error),
    );
    server.listen(port, host, () => done(true));
  });
}

async function handle(
  providers: readonly Provider[],
  url: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  try {
    const { pathname, search } = new URL(req.url ?? '/', url);
    const [, federation, ...rest] = pathname.split('/');
    const provider = providers.find((one) => one.federation === federation);
    if (provider && (await provider.route(rest.join('/'), search.slice(1), req, res))) return;
    if (pathname === '/')
      return html(res, 200, messagePage('Identità di prova', 'Parti dal portale: da qui non si entra da soli.'));
    html(res, 404, messagePage('Pagina non trovata', 'Questa pagina non esiste.'));
  } catch (error) {
    const why =
      error instanceof Refusal
        ? `Richiesta rifiutata: ${error.reason}.`
        : 'Richiesta non leggibile, o portale non raggiungibile.';
    html(res, 400, messagePage('Richiesta non valida', why));
  }
}
