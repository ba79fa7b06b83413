import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { Comune } from './places.rules.js';

@Injectable()
export class PlacesRepository {
  constructor(private readonly db: Database) {}

  allComuni(): Promise<Comune[]> {
    return this.db.query<Comune>(
      `SELECT c.istat, c.belfiore, c.name, c.other_names AS "otherNames", c.province, p.name AS "provinceName", p.region, c.lat, c.lon, c.population
       FROM comune c JOIN province p ON p.sigla = c.province ORDER BY c.istat`,
    );
  }
}
