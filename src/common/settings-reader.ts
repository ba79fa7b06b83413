import { networkProblem } from './networks.js';
import { secretProblem } from './secret.rules.js';

/** Collects every problem, so that an operator mends them all in one go. */
export class SettingsReader {
  /** Whether secrets must be good ones: not on a machine that nobody else reaches. */
  guardsSecrets = false;
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

  positive(name: string, fallback: number): number {
    const value = this.integer(name, fallback);
    if (value === 0) this.problem(name, 'must be 1 or more');
    return value;
  }

  flag(name: string): boolean {
    return ['1', 'true', 'yes'].includes(this.env[name] ?? '');
  }

  list(name: string): string[] {
    return (this.env[name] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  }

  url(name: string, fallback: string | null): URL {
    const value = this.text(name, fallback);
    if (URL.canParse(value)) return new URL(value);
    if (value) this.problem(name, 'must be an absolute URL');
    return new URL('http://invalid.example');
  }

  /** Addresses and networks that are believed, with the words that stand for some of them. */
  networks(name: string, words: readonly string[] = []): string[] {
    const values = this.list(name);
    for (const value of values) {
      const why = words.includes(value) ? null : networkProblem(value);
      if (why) this.problem(name, why);
    }
    return values;
  }

  /** @param least how many characters it must have */
  secret(name: string, fallback: string | null, least = 40): string {
    const value = this.text(name, fallback);
    if (value) this.judge(name, value, least);
    return value;
  }

  secrets(name: string, current: string): string[] {
    const values = this.list(name);
    for (const value of values) this.judge(name, value, 40);
    if (values.includes(current)) this.problem(name, 'must not hold the current secret');
    return values;
  }

  private judge(name: string, value: string, least: number): void {
    if (value.length < least) return this.problem(name, `must have at least ${least} characters`);
    const why = this.guardsSecrets ? secretProblem(value, least) : null;
    if (why) this.problem(name, why);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.env[name] || fallback;
    const found = allowed.find((one) => one === value);
    if (!found) this.problem(name, `must be one of ${allowed.join(', ')}`);
    return found ?? fallback;
  }

  stopIfAnyProblem(): void {
    if (this.problems.length > 0) throw new Error(`Settings to mend:\n- ${this.problems.join('\n- ')}`);
  }
}
