/** An invented person whose PIN the page shows, so that a trial can use it. */
export interface DemonstrationPin {
  readonly name: string;
  readonly fiscalCode: string;
  readonly pin: string;
}

/** Filled by the development doubles (src/dev) alone: elsewhere the page shows nobody's. */
export class PinDemonstration {
  person: DemonstrationPin | null = null;
}
