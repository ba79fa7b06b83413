import { Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import { Clock, SystemClock } from '../../../common/clock.js';
import { Config } from '../../../config.js';

/** What a sign-in under way must give back. */
export interface Checks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface IssuerSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

export type Granted =
  { ok: true; claims: Readonly<Record<string, unknown>> } | { ok: false; reason: string; unavailable: boolean };

const TIME_OUT_SECONDS = 5;
/** What the provider says of itself is read again after so long (keys are read at each sign-in). */
const DISCOVERED_FOR = { minutes: 10 } as const;
/** Clocks of two institutes differ by so much at most. */
const TOLERANCE_SECONDS = 10;

/** The institute's OpenID provider, spoken to by the authorization code flow with PKCE (OpenID Connect Core 3.1, RFC 7636). */
@Injectable()
export class StaffIssuer {
  private settings: IssuerSettings | null;
  private discovered: { metadata: oidc.ServerMetadata; at: Temporal.Instant } | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.settings = config.staff;
  }

  /** The development double, when no provider was configured. */
  useWhenNone(settings: IssuerSettings): void {
    this.settings ??= settings;
  }

  get configured(): boolean {
    return this.settings !== null;
  }

  get issuer(): string {
    return this.settings?.issuer ?? '';
  }

  private get redirectUri(): string {
    return new URL('/operatore/rientro', this.config.baseUrl).href;
  }

  /** Where to send the browser; null when the provider does not answer. */
  async authorizationUrl({ state, nonce, verifier }: Checks): Promise<string | null> {
    const client = await this.client();
    if (!client) return null;
    return oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.redirectUri,
      scope: 'openid profile',
      // Desks are shared: who sits down proves who they are, whoever was there before.
      prompt: 'login',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href;
  }

  /** Exchanges the code and judges the ID token. @param query of the address the browser came back to */
  async claims(query: string, { state, nonce, verifier }: Checks): Promise<Granted> {
    const client = await this.client();
    if (!client) return { ok: false, reason: 'unreachable', unavailable: true };
    try {
      const tokens = await oidc.authorizationCodeGrant(client, new URL(`${this.redirectUri}?${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      return claims ? { ok: true, claims } : { ok: false, reason: 'no-id-token', unavailable: false };
    } catch (error) {
      return { ok: false, ...refusal(error) };
    }
  }

  /** A client whose clock is the program's own; null when the provider cannot be reached. */
  private async client(): Promise<oidc.Configuration | null> {
    const metadata = await this.metadata();
    if (!metadata || !this.settings) return null;
    const { clientId, clientSecret } = this.settings;
    const skew = this.clock.now().since(new SystemClock().now()).total('seconds');
    const client = new oidc.Configuration(
      metadata,
      clientId,
      {
        id_token_signed_response_alg: 'RS256',
        [oidc.clockSkew]: Math.round(skew),
        [oidc.clockTolerance]: TOLERANCE_SECONDS,
      },
      oidc.ClientSecretBasic(clientSecret),
    );
    client.timeout = TIME_OUT_SECONDS;
    // Its signature is verified although it came straight from the provider: the line between may not be as private as it looks.
    oidc.enableNonRepudiationChecks(client);
    if (!this.config.production) oidc.allowInsecureRequests(client);
    return client;
  }

  private async metadata(): Promise<oidc.ServerMetadata | null> {
    const now = this.clock.now();
    if (this.discovered && Temporal.Instant.compare(now, this.discovered.at.add(DISCOVERED_FOR)) < 0) {
      return this.discovered.metadata;
    }
    if (!this.settings) return null;
    const { issuer, clientId } = this.settings;
    const execute = this.config.production ? [] : [oidc.allowInsecureRequests];
    try {
      // Its own check: the document must name the issuer it was asked for (OpenID Connect Discovery 4.3).
      const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
        execute,
        timeout: TIME_OUT_SECONDS,
      });
      this.discovered = { metadata: found.serverMetadata(), at: now };
      return this.discovered.metadata;
    } catch {
      // A provider that was there ten minutes ago may be so again by the time the browser reaches it.
      return null;
    }
  }
}

/** A short reason for the log, without anything the answer held. */
function refusal(error: unknown): { reason: string; unavailable: boolean } {
  if (error instanceof oidc.AuthorizationResponseError) return { reason: 'declined', unavailable: false };
  if (error instanceof oidc.ResponseBodyError) {
    return {
      reason: error.error === 'invalid_grant' ? 'token-code' : 'token-refused',
      unavailable: error.status >= 500,
    };
  }
  const { code = '', message = '', cause } = error as Failure;
  if (code === 'OAUTH_TIMEOUT' || /fetch failed|unexpected HTTP/.test(message))
    return { reason: 'unreachable', unavailable: true };
  const claim = cause?.cause?.claim ?? /JWT "(\w+)" .* claim missing/.exec(cause?.message ?? '')?.[1];
  if (claim && /^[a-z_]{1,20}$/.test(claim)) return { reason: `claim-${claim}`, unavailable: false };
  const said = `${code} ${cause?.message ?? message}`;
  return { reason: REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? 'token-invalid', unavailable: false };
}

/** What the library throws: a code of its own, and under it the check that failed. */
interface Failure {
  code?: string;
  message?: string;
  cause?: { message?: string; cause?: { claim?: string } };
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/KEY_SELECTION/, 'token-key'],
  [/UNSUPPORTED|"alg"/, 'token-alg'],
  [/signature verification/, 'token-signature'],
  [/response parameter|authorization code|only once/, 'response-invalid'],
];
