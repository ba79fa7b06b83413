import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { DATABASE_PATIENCE, type DatabasePatience } from './common/connection.js';
import { SettingsReader as Reader } from './common/settings-reader.js';

/**
 * Every setting of the program, read and checked once at start; the only file that reads process.env.
 * Development has defaults; a production start stops when a needed one is missing (.env.example lists them all).
 */
export class Config {
  readonly production: boolean;
  /** Whether others than this machine may come: then nothing that was published may stand for a secret. */
  readonly exposed: boolean;
  readonly role: 'web' | 'worker' | 'all';
  /** The public address: the entity id of the service and every absolute link start with it. */
  readonly baseUrl: URL;
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly managementHost: string;
  /** Seconds between "not ready" and taking nothing new, so that balancers notice first. */
  readonly drainSeconds: number;
  readonly dataDir: string;
  readonly viewsDir: string;
  readonly publicDir: string;
  readonly databaseWebUrl: string;
  readonly databaseWorkerUrl: string;
  readonly databasePool: number;
  /** How long a request waits for a connection, and a connection for a word; PostgreSQL itself ends a statement after 10 s. */
  readonly databasePatience: Readonly<DatabasePatience>;
  readonly sessionPool: number;
  /** Units of work under way at once in one web process; more are told to come back (503). */
  readonly maxConcurrent: number;
  /** Master secret (32 bytes or more, base64url); every key is derived from it with HKDF, each for one purpose. */
  readonly secret: string;
  /** Secrets that still open what they sealed (a rotation, docs/operations.md); or the next one, ahead of its use. */
  readonly previousSecrets: readonly string[];
  readonly trustProxy: string[];
  readonly logLevel: string;
  readonly development: {
    readonly identityProviderPort: number;
    readonly identityProviderUrl: string;
    /** Of the double of the institute's own sign-in (staff). */
    readonly staffProviderPort: number;
    /** Of the catchers of mail (SMTP) and of SMS with their pages (HTTP). */
    readonly mailCatcherPort: number;
    readonly smsCatcherPort: number;
    readonly keepKeys: boolean;
  } | null;
  readonly spid: {
    readonly metadataDir: string | null;
    readonly key: string | null;
    readonly certificate: string | null;
    readonly acceptExpiredProviders: boolean;
    /** Entity ids of providers that get HTTP-POST requests though they take redirects too. */
    readonly byPost: string[];
    readonly ipaCode: string;
  };
  readonly cie: {
    readonly metadataDir: string | null;
    /** Belfiore code of the comune where the institute has its seat. */
    readonly municipality: string;
  };
  readonly eidas: {
    readonly metadataDir: string | null;
    /** Which attributes the European node is asked for: the minimum (99) or with birthplace, address and gender (100). */
    readonly asked: 'minimum' | 'full';
  };
  readonly cns: CnsSettings;
  /** The OpenID provider of the institute's staff; null when none is set (in development: its double). */
  readonly staff: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string } | null;
  /** The road of e-mail; null when it has no settings: the channel is off. */
  readonly mail: MailSettings | null;
  /** The road of SMS; null when it has no settings: the channel is off. */
  readonly sms: SmsSettings | null;
  readonly institute: Institute;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const read = new Reader(env);
    const environment = read.oneOf('NODE_ENV', ['development', 'production', 'test'] as const, 'development');
    this.production = environment === 'production';
    this.role = read.oneOf('ROLE', ['web', 'worker', 'all'] as const, 'all');
    this.port = read.integer('PORT', 3000);
    this.host = read.text('HOST', this.production ? '0.0.0.0' : 'localhost');
    this.managementPort = read.integer('MANAGEMENT_PORT', 0);
    this.managementHost = read.text('MANAGEMENT_HOST', '127.0.0.1');
    this.drainSeconds = read.integer('DRAIN_SECONDS', this.production ? 3 : 0);
    this.baseUrl = read.url('BASE_URL', this.production ? null : `http://localhost:${this.port}`);
    const local = LOCAL.includes(this.baseUrl.hostname) && LOCAL.includes(this.host);
    // Tests take any free port and speak of invented addresses; whoever names a port means to be found there.
    const inTest = environment === 'test' && this.port === 0;
    this.exposed = this.production || (!local && !inTest);
    read.guardsSecrets = this.exposed;
    this.dataDir = resolve(read.text('DATA_DIR', '.data'));
    this.viewsDir = resolve(read.text('VIEWS_DIR', 'views'));
    this.publicDir = resolve(read.text('PUBLIC_DIR', 'public'));
    this.databaseWebUrl =
      this.role === 'worker' ? read.text('DATABASE_WEB_URL', '') : read.text('DATABASE_WEB_URL', null);
    this.databaseWorkerUrl =
      this.role === 'web' ? read.text('DATABASE_WORKER_URL', '') : read.text('DATABASE_WORKER_URL', null);
    this.databasePool = read.integer('DATABASE_POOL', 10);
    this.databasePatience = {
      waitMs: read.positive('DATABASE_WAIT', DATABASE_PATIENCE.waitMs / 1000) * 1000,
      silenceMs: read.positive('DATABASE_SILENCE', DATABASE_PATIENCE.silenceMs / 1000) * 1000,
    };
    this.sessionPool = read.integer('SESSION_POOL', 5);
    this.maxConcurrent = read.integer('MAX_CONCURRENT', 200);
    this.secret = read.secret('SECRET', this.exposed ? null : 'development-only-secret-development-only');
    this.previousSecrets = read.secrets('SECRET_PREVIOUS', this.secret);
    this.trustProxy = read.networks('TRUST_PROXY', ['loopback', 'linklocal', 'uniquelocal']);
    this.logLevel = read.oneOf('LOG_LEVEL', ['silent', 'error', 'warn', 'info', 'debug'] as const, 'info');
    this.development = this.developmentDoubles(read, inTest);
    this.spid = {
      metadataDir: env.SPID_METADATA_DIR ? resolve(env.SPID_METADATA_DIR) : null,
      key: env.SPID_KEY_FILE ?? null,
      certificate: env.SPID_CERTIFICATE_FILE ?? null,
      acceptExpiredProviders: read.flag('SPID_ACCEPT_EXPIRED_PROVIDER_CERTIFICATES'),
      byPost: read.list('SPID_POST_PROVIDERS'),
      ipaCode: read.text('INSTITUTE_IPA_CODE', 'INPS'),
    };
    this.cie = {
      metadataDir: env.CIE_METADATA_DIR ? resolve(env.CIE_METADATA_DIR) : null,
      municipality: read.text('INSTITUTE_MUNICIPALITY', 'H501'),
    };
    this.eidas = {
      metadataDir: env.EIDAS_METADATA_DIR ? resolve(env.EIDAS_METADATA_DIR) : null,
      asked: read.oneOf('EIDAS_ATTRIBUTES', ['minimum', 'full'] as const, 'minimum'),
    };
    this.cns = cnsSettings(read, this);
    this.staff = staffSettings(read, this.production);
    this.institute = institute(read);
    this.mail = mailSettings(read, this);
    this.sms = smsSettings(read, this);
    if (this.production && this.baseUrl.protocol !== 'https:') read.problem('BASE_URL', 'must be https in production');
    read.stopIfAnyProblem();
  }

  /** Development doubles stand in for outside parties; production refuses them whatever the settings say. */
  private developmentDoubles(read: Reader, test: boolean): Config['development'] {
    if (this.production || read.flag('NO_DEVELOPMENT_DOUBLES')) {
      if (this.production && read.flag('DEVELOPMENT_DOUBLES'))
        read.problem('DEVELOPMENT_DOUBLES', 'is refused in production');
      return null;
    }
    // An identity that anybody may take must not be within reach of other machines because a setting was forgotten.
    if (!LOCAL.includes(this.baseUrl.hostname) && !test) return null;
    const identityProviderPort = read.integer('DEV_IDP_PORT', this.port === 0 ? 0 : this.port + 1);
    // Another site than the portal's, so that cross-site cookie rules are exercised from the first day.
    const staffProviderPort = read.integer('DEV_OIDC_PORT', this.port === 0 ? 0 : this.port + 3);
    return {
      identityProviderPort,
      identityProviderUrl: `http://127.0.0.1:${identityProviderPort}`,
      staffProviderPort,
      mailCatcherPort: read.integer('DEV_SMTP_PORT', this.port === 0 ? 0 : this.port + 4),
      smsCatcherPort: read.integer('DEV_SMS_PORT', this.port === 0 ? 0 : this.port + 5),
      keepKeys: !test,
    };
  }
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]', '::1'];

export interface Institute {
  /** Name of the portal, in titles and the header. */
  readonly name: string;
  readonly shortName: string;
  readonly fullName: string;
  readonly address: string;
  readonly phoneFree: string;
  readonly phoneMobile: string;
  readonly email: string;
  readonly accessibilityEmail: string;
  readonly privacyEmail: string;
}

function institute(read: Reader): Institute {
  return {
    name: read.text('PORTAL_NAME', 'MyINPS'),
    shortName: read.text('INSTITUTE_SHORT_NAME', 'INPS'),
    fullName: read.text('INSTITUTE_NAME', 'Istituto Nazionale della Previdenza Sociale'),
    address: read.text('INSTITUTE_ADDRESS', 'via Ciro il Grande 21, 00144 Roma'),
    phoneFree: read.text('INSTITUTE_PHONE_FREE', '803164'),
    phoneMobile: read.text('INSTITUTE_PHONE_MOBILE', '06164164'),
    email: read.text('INSTITUTE_EMAIL', 'portale@ente.example'),
    accessibilityEmail: read.text('INSTITUTE_ACCESSIBILITY_EMAIL', 'accessibilita@ente.example'),
    privacyEmail: read.text('INSTITUTE_PRIVACY_EMAIL', 'responsabile.protezione.dati@ente.example'),
  };
}

/** All three or none: the issuer's address is compared character by character, so it is kept as it was written. */
function staffSettings(read: Reader, production: boolean): Config['staff'] {
  const issuer = read.text('OIDC_ISSUER', '');
  if (issuer === '') return null;
  const { protocol } = read.url('OIDC_ISSUER', null);
  if (production && protocol !== 'https:') read.problem('OIDC_ISSUER', 'must be https in production');
  return {
    issuer,
    clientId: read.text('OIDC_CLIENT_ID', null),
    clientSecret: read.secret('OIDC_CLIENT_SECRET', null, production ? 16 : 1),
  };
}

/** How e-mail leaves, and how what comes back is recognised (docs/operations.md, Mail and SMS). */
export interface MailSettings {
  /** smtp://user:password@host:587 (STARTTLS) or smtps://…:465. */
  readonly url: URL;
  /** Plain text is accepted in development alone. */
  readonly requireTls: boolean;
  readonly from: string;
  /** Where failures return to: a token of the message is put before the @ (VERP). */
  readonly returnTo: string;
  /** What the mail server shows when it posts a returned mail; null: nothing is taken. */
  readonly bounceKey: string | null;
}

/** The HTTP gateway of SMS (docs/sms-gateway.openapi.yaml). */
export interface SmsSettings {
  readonly url: URL;
  readonly token: string;
  readonly sender: string;
  /** Signs the delivery reports of the gateway. */
  readonly reportKey: string;
}

const ADDRESS = /^[^\s"(),:;<>@[\\\]]+@[a-z0-9.-]+$/i;

/** What portal and double show each other: no key of the house is the same in two installations. */
function developmentKey(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`development ${purpose}`).digest('base64url');
}

function mailSettings(
  read: Reader,
  config: Pick<Config, 'production' | 'development' | 'institute' | 'secret'>,
): MailSettings | null {
  const { production, development } = config;
  const said = read.text('SMTP_URL', '') !== '';
  if (!said && !development) return null;
  const url = read.url('SMTP_URL', development ? `smtp://127.0.0.1:${development.mailCatcherPort}` : null);
  if (!['smtp:', 'smtps:'].includes(url.protocol)) read.problem('SMTP_URL', 'must be smtp:// or smtps://');
  const from = read.text('MAIL_FROM', production ? null : config.institute.email);
  const returnTo = read.text('MAIL_RETURN', from || null);
  for (const [name, address] of Object.entries({ MAIL_FROM: from, MAIL_RETURN: returnTo })) {
    if (address && !ADDRESS.test(address)) read.problem(name, 'must be an e-mail address');
  }
  // "+" and a token of 49 characters follow, and a local part has 64 at most (RFC 5321, 4.5.3.1.1).
  if (returnTo.indexOf('@') > 14) read.problem('MAIL_RETURN', 'must have at most 14 characters before the @');
  const bounceKey = read.secret('MAIL_BOUNCE_KEY', said ? '' : developmentKey(config.secret, 'bounces')) || null;
  return { url, requireTls: production, from, returnTo, bounceKey };
}

/** All four or none. */
function smsSettings(
  read: Reader,
  { production, development, secret }: Pick<Config, 'production' | 'development' | 'secret'>,
): SmsSettings | null {
  const said = read.text('SMS_URL', '') !== '';
  if (!said && !development) return null;
  const url = read.url('SMS_URL', development ? `http://127.0.0.1:${development.smsCatcherPort}` : null);
  if (production && url.protocol !== 'https:') read.problem('SMS_URL', 'must be https in production');
  const sender = read.text('SMS_SENDER', production ? null : 'Portale');
  if (sender && !/^([A-Za-z0-9 ]{1,11}|\+?\d{3,15})$/.test(sender)) {
    read.problem('SMS_SENDER', 'must be a number, or at most 11 letters and digits');
  }
  return {
    url,
    token: read.secret('SMS_TOKEN', said ? null : developmentKey(secret, 'gateway')),
    sender,
    reportKey: read.secret('SMS_REPORT_KEY', said ? null : developmentKey(secret, 'reports')),
  };
}

/** Sign-in with a card (CNS), by a listener of our own or behind a proxy that verifies cards. */
export interface CnsSettings {
  /** Of the listener with mutual TLS: null when there is none, 0 for any free one. */
  readonly port: number | null;
  /** The public address where cards are presented; null for the portal's host with the port of the listener. */
  readonly url: URL | null;
  readonly tlsKey: string | null;
  readonly tlsCertificate: string | null;
  /** Certificates of the trusted authorities (PEM), as `npm run cns:trust-list` writes them. */
  readonly trustListFile: string;
  /** Folder of revocation lists; null: revocation is not checked, which must be said aloud (CNS_WITHOUT_REVOCATION). */
  readonly revocationDir: string | null;
  /** In small letters; believed only from the addresses. */
  readonly proxyHeader: string | null;
  readonly proxyAddresses: readonly string[];
}

function cnsSettings(
  read: Reader,
  config: Pick<Config, 'production' | 'exposed' | 'development' | 'port' | 'dataDir' | 'baseUrl'>,
): CnsSettings {
  const file = (name: string) => (read.text(name, '') === '' ? null : resolve(read.text(name, '')));
  const url = read.text('CNS_URL', '') === '' ? null : read.url('CNS_URL', null);
  const settings: CnsSettings = {
    port: cnsPort(read, config),
    url,
    tlsKey: file('CNS_TLS_KEY_FILE'),
    tlsCertificate: file('CNS_TLS_CERTIFICATE_FILE'),
    trustListFile: file('CNS_TRUST_LIST_FILE') ?? resolve(config.dataDir, 'cns-trust-list.pem'),
    revocationDir: file('CNS_CRL_DIR'),
    proxyHeader: read.text('CNS_PROXY_HEADER', '').toLowerCase() || null,
    proxyAddresses: read.networks('CNS_PROXY_ADDRESSES'),
  };
  const keys = settings.tlsKey !== null && settings.tlsCertificate !== null;
  if (settings.port !== null && !config.development && !keys) {
    read.problem('CNS_TLS_KEY_FILE', 'and CNS_TLS_CERTIFICATE_FILE are needed with CNS_PORT');
  }
  const offered = settings.port !== null || settings.proxyHeader !== null;
  if (config.production && !url && offered) read.problem('CNS_URL', 'is needed with CNS_PORT or CNS_PROXY_HEADER');
  if (
    config.exposed &&
    !config.development &&
    offered &&
    !settings.revocationDir &&
    !read.flag('CNS_WITHOUT_REVOCATION')
  ) {
    read.problem(
      'CNS_CRL_DIR',
      'is needed: without it revoked cards are let in, unless CNS_WITHOUT_REVOCATION=1 says so',
    );
  }
  if (url && url.protocol !== 'https:') read.problem('CNS_URL', 'must be https');
  checkCnsProxy(read, settings);
  // On the portal's own host every request passes the same balancer: anybody's header would come from its address.
  if (settings.proxyHeader && url?.host === config.baseUrl.host) {
    read.problem('CNS_URL', 'must be another host than BASE_URL with CNS_PROXY_HEADER');
  }
  return settings;
}

/** Off when 0; when nothing is said, off in production and two after the portal's own in development. */
function cnsPort(read: Reader, { development, port }: Pick<Config, 'development' | 'port'>): number | null {
  const said = read.integer('CNS_PORT', -1);
  if (said === 0) return null;
  if (said > 0) return said;
  if (!development) return null;
  return port === 0 ? 0 : port + 2;
}

function checkCnsProxy(read: Reader, { proxyHeader, proxyAddresses, url }: CnsSettings): void {
  if (!proxyHeader) return;
  if (!/^[a-z0-9-]+$/.test(proxyHeader)) read.problem('CNS_PROXY_HEADER', 'must be the name of a header');
  if (proxyAddresses.length === 0) read.problem('CNS_PROXY_ADDRESSES', 'are needed with CNS_PROXY_HEADER');
  if (!url) read.problem('CNS_URL', 'is needed with CNS_PROXY_HEADER');
}

/** @returns the checked settings of this process; throws one error that lists everything to mend. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  return new Config(env);
}
