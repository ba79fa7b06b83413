/** What a module did with a person's data when their erasure was granted, in numbers: nothing of the person itself. */
export interface ErasureOutcome {
  /** Rows deleted. */
  deleted: number;
  /** Rows kept because the law says so. */
  kept: number;
}

/** What a module deletes when a person's erasure is granted (GDPR art. 17). The module that owns the tables does it. */
export interface Erased {
  readonly id: string;
  readonly order: number;
  /** Text that names it in the report to the person. */
  readonly titleKey: string;
  readonly tables: readonly string[];
  /** Why something is kept, as a text key; null when nothing is. */
  readonly keptKey: string | null;
  /** Whether it may go and the person stay: something of it is deleted, and nothing else hangs on it. */
  readonly alone: boolean;
  /** Deletes what may be deleted of this citizen, in the unit of work under way (as the system name 'erasure'). */
  erase(subject: string, now: Temporal.Instant): Promise<ErasureOutcome>;
}

/** Where modules register what they erase, so that no list of modules is kept by hand. */
export class ErasedParts {
  private readonly parts: Erased[] = [];

  register(part: Erased): void {
    this.parts.push(part);
    this.parts.sort((a, b) => a.order - b.order);
  }

  get all(): readonly Erased[] {
    return this.parts;
  }

  /** What an erasure that is granted in part may be of. */
  get alone(): readonly Erased[] {
    return this.parts.filter(({ alone }) => alone);
  }
}
