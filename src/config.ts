import { resolve } from 'node:path';

/**
 * Every setting of the program, read and checked once at start; the only file that reads process.env.
 * Development has defaults; a production start stops when a needed one is missing (.env.example lists them all).
 */
export class Config {
  readonly production: boolean;
  readonly role: 'web' | 'worker' | 'all';
  /** The public address: the entity id of the service and every absolute link start with it. */
  readonly baseUrl: URL;
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly dataDir: string;
  readonly viewsDir: string;
  readonly publicDir: string;
  readonly databaseUrl: string;
  readonly databaseWebUrl: string;
  readonly databaseWorkerUrl: string;
  readonly databasePool: number;
  readonly sessionPool: number;
  /** Units of work under way at once in one web process; more wait up to 2 s, then are told to come back (503). */
  readonly maxConcurrent: number;
  /** Master secret (32 bytes or more, base64url); every key is derived from it with HKDF, each for one purpose. */
  readonly secret: string;
  readonly trustProxy: string[];
  readonly logLevel: string;
  readonly development: { readonly identityProviderPort: number; readonly identityProviderUrl: string; readonly keepKeys: boolean } | null;
  readonly spid: {
    readonly metadataDir: string | null;
    readonly key: string | null;
    readonly certificate: string | null;
    readonly acceptExpiredProviders: boolean;
    readonly ipaCode: string;
  };
  readonly institute: Institute;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const read = new Reader(env);
    this.production = env.NODE_ENV === 'production';
    this.role = read.oneOf('ROLE', ['web', 'worker', 'all'] as const, 'all');
    this.port = read.integer('PORT', 3000);
    this.host = read.text('HOST', this.production ? '0.0.0.0' : 'localhost');
    this.managementPort = read.integer('MANAGEMENT_PORT', 0);
    this.baseUrl = read.url('BASE_URL', this.production ? null : `http://localhost:${this.port}`);
    this.dataDir = resolve(read.text('DATA_DIR', '.data'));
    this.viewsDir = resolve(read.text('VIEWS_DIR', 'views'));
    this.publicDir = resolve(read.text('PUBLIC_DIR', 'public'));
    this.databaseUrl = read.text('DATABASE_URL', '');
    this.databaseWebUrl = this.role === 'worker' ? read.text('DATABASE_WEB_URL', '') : read.text('DATABASE_WEB_URL', null);
    this.databaseWorkerUrl = this.role === 'web' ? read.text('DATABASE_WORKER_URL', '') : read.text('DATABASE_WORKER_URL', null);
    this.databasePool = read.integer('DATABASE_POOL', 10);
    this.sessionPool = read.integer('SESSION_POOL', 5);
    this.maxConcurrent = read.integer('MAX_CONCURRENT', 200);
    this.secret = read.secret('SECRET', this.production ? null : 'development-only-secret-development-only');
    this.trustProxy = read.list('TRUST_PROXY');
    this.logLevel = read.oneOf('LOG_LEVEL', ['silent', 'error', 'warn', 'info', 'debug'] as const, 'info');
    this.development = this.developmentDoubles(read, env.NODE_ENV === 'test');
    this.spid = {
      metadataDir: env.SPID_METADATA_DIR ? resolve(env.SPID_METADATA_DIR) : null,
      key: env.SPID_KEY_FILE ?? null,
      certificate: env.SPID_CERTIFICATE_FILE ?? null,
      acceptExpiredProviders: read.flag('SPID_ACCEPT_EXPIRED_PROVIDER_CERTIFICATES'),
      ipaCode: read.text('INSTITUTE_IPA_CODE', 'INPS'),
    };
    this.institute = institute(read);
    if (this.production) this.refuseUnsafeProduction();
    read.stopIfAnyProblem();
  }

  /** Development doubles stand in for outside parties; production refuses them whatever the settings say. */
  private developmentDoubles(read: Reader, test: boolean): Config['development'] {
    if (this.production || read.flag('NO_DEVELOPMENT_DOUBLES')) {
      if (this.production && read.flag('DEVELOPMENT_DOUBLES')) read.problem('DEVELOPMENT_DOUBLES', 'is refused in production');
      return null;
    }
    const identityProviderPort = read.integer('DEV_IDP_PORT', this.port === 0 ? 0 : this.port + 1);
    // Another site than the portal's, so that cross-site cookie rules are exercised from the first day.
    return { identityProviderPort, identityProviderUrl: `http://127.0.0.1:${identityProviderPort}`, keepKeys: !test };
  }

  private refuseUnsafeProduction(): void {
    if (this.baseUrl.protocol !== 'https:') throw new Error('BASE_URL must be https in production');
  }
}

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

/** Collects every problem, so that an operator mends them all in one go. */
class Reader {
  private readonly problems: string[] = [];

  constructor(private readonly env: Readonly<Record<string, string | undefined>>) {}

  problem(name: string, what: string): void {
    this.problems.push(`${name} ${what}`);
  }

  text(name: string, fallback: string | null): string {
    const value = this.env[name]?.trim();
    if (value) return value;
    if (fallback === null) this.problem(name, 'is missing');
    return fallback ?? '';
  }

  integer(name: string, fallback: number): number {
    const value = this.env[name];
    if (value === undefined || value === '') return fallback;
    if (!/^\d{1,9}$/.test(value)) this.problem(name, 'must be a whole number');
    return Number(value);
  }

  flag(name: string): boolean {
    return ['1', 'true', 'yes'].includes(this.env[name] ?? '');
  }

  list(name: string): string[] {
    return (this.env[name] ?? '').split(',').map((part) => part.trim()).filter(Boolean);
  }

  url(name: string, fallback: string | null): URL {
    const value = this.text(name, fallback);
    if (URL.canParse(value)) return new URL(value);
    if (value) this.problem(name, 'must be an absolute URL');
    return new URL('http://invalid.example');
  }

  secret(name: string, fallback: string | null): string {
    const value = this.text(name, fallback);
    if (value && value.length < 40) this.problem(name, 'must have at least 40 characters');
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.env[name] ?? fallback;
    const found = allowed.find((one) => one === value);
    if (!found) this.problem(name, `must be one of ${allowed.join(', ')}`);
    return found ?? fallback;
  }

  stopIfAnyProblem(): void {
    if (this.problems.length > 0) throw new Error(`Settings to mend:\n- ${this.problems.join('\n- ')}`);
  }
}

/** @returns the checked settings of this process; throws one error that lists everything to mend. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  return new Config(env);
}
