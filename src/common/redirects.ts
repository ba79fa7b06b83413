/** Ends a request by leading to another page of ours; common/error-page.filter.ts answers it. */
export class RedirectTo extends Error {
  constructor(readonly path: string) {
    super('redirect');
  }
}

/** The route is for signed-in people: go and sign in, then come back to where you were going. */
export class SignInNeeded extends RedirectTo {
  constructor(wanted: string) {
    super(`/accedi?ritorno=${encodeURIComponent(wanted)}`);
  }
}
