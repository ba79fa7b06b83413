import { readFileSync, statSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { readPem, type Certificate } from './certificate.js';

/** Organization of the development authority: production refuses a list that names it. */
export const DEVELOPMENT_ORGANIZATION = 'MyINPS ambiente di prova';

/** The authorities whose cards are let in: the bundle that `npm run cns:trust-list` made, read again when it changes. */
@Injectable()
export class CnsTrust {
  private readonly added: Certificate[] = [];
  private fromFile: Certificate[] = [];
  private stamp = '';

  constructor(
    private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {
    // At start a list that cannot be used stops the program; one that comes later leaves the one before in force.
    const stamp = this.stampOfFile();
    if (stamp !== '') this.read(stamp);
  }

  get authorities(): readonly Certificate[] {
    this.refresh();
    return [...this.fromFile, ...this.added];
  }

  /** Tells one state of the list from another. */
  get version(): string {
    return `${this.stamp} ${this.added.length}`;
  }

  /** Adds the authority of the development cards. */
  add(pem: string): void {
    if (this.config.production) throw new Error('development cards are refused in production');
    this.added.push(...readPem(pem).filter((one) => one !== null));
  }

  private refresh(): void {
    const stamp = this.stampOfFile();
    if (stamp === '' || stamp === this.stamp) return;
    try {
      this.read(stamp);
    } catch (error) {
      this.stamp = stamp;
      this.log.error({ err: error }, 'CNS trust list not used: the one before stays in force');
    }
  }

  private read(stamp: string): void {
    const read = readPem(readFileSync(this.config.cns.trustListFile, 'utf8'));
    const authorities = read.filter((one) => one !== null);
    if (authorities.length === 0 || authorities.length < read.length) {
      throw new Error('the CNS trust list holds no certificate, or one that cannot be read');
    }
    const development = authorities.some(({ parsed }) => parsed.subject.includes(DEVELOPMENT_ORGANIZATION));
    if (this.config.production && development) throw new Error('development cards are refused in production');
    this.fromFile = authorities;
    this.stamp = stamp;
  }

  private stampOfFile(): string {
    const found = statSync(this.config.cns.trustListFile, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
  }
}
