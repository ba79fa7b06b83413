import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

/** As system('erasure'). */
@Injectable()
export class ExportErasureRepository {
  constructor(private readonly db: Database) {}

  /** The pieces go with their copy (ON DELETE CASCADE). @returns how many copies */
  async deleteAll(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM data_export WHERE citizen_id = $1', [subject]);
  }
}
