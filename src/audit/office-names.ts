/** Names of offices by their ids; those that are unknown are left out. */
export type FindOfficeNames = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/**
 * The record keeps the office of a member of staff; its name belongs to the module of the offices, which registers here
 * how it is found. A person is told the office, never who it was (design.md, section 3).
 */
export class OfficeNames {
  private source: FindOfficeNames | null = null;

  register(source: FindOfficeNames): void {
    this.source = source;
  }

  async of(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return ids.length > 0 && this.source ? this.source([...new Set(ids)]) : new Map();
  }
}
