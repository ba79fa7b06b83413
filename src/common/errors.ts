/** What ends a request with a page of its own; common/error-page.ts turns each into one. Never carries personal data. */
export class PageError extends Error {
  constructor(
    readonly status: number,
    /** The page shown: views/errors/<view>.hbs. */
    readonly view: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The record does not exist, or is somebody else's: the answer must not tell which. */
export class NotFound extends PageError {
  constructor(message = 'not found') {
    super(404, '404', message);
  }
}

export class Forbidden extends PageError {
  constructor(message = 'forbidden', options?: ErrorOptions) {
    super(403, '403', message, options);
  }
}

/** Too busy, or the database is away: come back in a moment. */
export class Unavailable extends PageError {
  constructor(message = 'unavailable', options?: ErrorOptions) {
    super(503, '503', message, options);
  }
}

/** Nobody can tell whether it was done: the answer to its commit did not come. */
export class Uncertain extends PageError {
  constructor(message: string, options?: ErrorOptions) {
    super(503, 'uncertain', message, options);
  }
}
