import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

@Injectable()
export class ProtocolRepository {
  constructor(private readonly db: Database) {}

  /** Takes the next number of a series and year: its counter is locked until the unit of work ends. */
  async next(series: string, year: number): Promise<number> {
    const rows = await this.db.query<{ number: number }>('SELECT protocol_next($1, $2) AS number', [series, year]);
    return rows[0]!.number;
  }
}
