import type { Acting } from './acting.js';
import type { Translate } from './texts.js';

/** One value of an exported record: plain, so that it reads the same in JSON, CSV and HTML. Instants are ISO text. */
export type ExportedValue = string | number | boolean | null;
export type ExportedRecord = Record<string, ExportedValue>;

/**
 * What a module gives of a person's data when they ask for all of it (GDPR art. 15 and 20). The module that owns the
 * tables reads them; the export only puts the parts together.
 */
export interface Exported {
  /** Also the name of its files: 'avvisi' gives avvisi.csv. */
  readonly id: string;
  readonly order: number;
  /** Text of the heading. */
  readonly titleKey: string;
  /** Tables it covers; the test compares them with the tables that hold a citizen's data. */
  readonly tables: readonly string[];
  /** Columns in order, with the text of each heading. */
  readonly columns: readonly { readonly name: string; readonly titleKey: string }[];
  /** The subject's records, in pages, so that a large part is never held whole. Runs inside a unit of work of theirs. */
  records(acting: Acting, t: Translate): AsyncIterable<readonly ExportedRecord[]>;
}

/** Where modules register what they export, so that no list of modules is kept by hand. */
export class ExportedParts {
  private readonly parts: Exported[] = [];

  register(part: Exported): void {
    this.parts.push(part);
    this.parts.sort((a, b) => a.order - b.order);
  }

  get all(): readonly Exported[] {
    return this.parts;
  }
}
