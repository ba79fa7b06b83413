import { Injectable } from '@nestjs/common';
import { system } from '../common/actor.js';
import { Database } from '../common/database.js';
import { PlacesRepository } from './places.repository.js';
import { ComuneIndex, type Comune, type Match } from './places.rules.js';

/**
 * Comuni of Italy. The 7,900 of them are read once per process and searched in memory: they change once a year, with
 * a release, and a trigram extension would be one more thing that an external PostgreSQL must have.
 */
@Injectable()
export class PlacesService {
  private index: Promise<ComuneIndex> | null = null;

  constructor(
    private readonly db: Database,
    private readonly places: PlacesRepository,
  ) {}

  async comune(istat: string): Promise<Comune | null> {
    return (await this.comuni()).get(istat);
  }

  /** What `text` may mean, the likeliest first; spelling tolerant. */
  async searchComuni(text: string, limit: number): Promise<Match[]> {
    return (await this.comuni()).search(text, limit);
  }

  /** The one comune whose whole name is `text` (or a comune's name with its sigla); null when there is none or more. */
  async comuneNamed(text: string): Promise<Comune | null> {
    const [first, second] = await this.searchComuni(text, 2);
    return first?.exact && !second?.exact ? first.comune : null;
  }

  private comuni(): Promise<ComuneIndex> {
    this.index ??= this.load().catch((error: unknown) => {
      this.index = null;
      throw error;
    });
    return this.index;
  }

  private async load(): Promise<ComuneIndex> {
    return new ComuneIndex(await this.db.actingAs(system('public'), () => this.places.allComuni()));
  }
}
