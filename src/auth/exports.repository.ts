import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

/** What a copy of a person's data holds of who they are here; read in the unit of work of that person. */
@Injectable()
export class AuthExportsRepository {
  constructor(private readonly db: Database) {}

  async identity(subject: string): Promise<object[]> {
    return this.db.query(
      `SELECT id, identity_key, fiscal_code, name, family_name, born_on, gender, language, said_email, said_mobile,
         said_address, said_municipality, said_at, restricted_at, restricted_by, objected_at, objected_by, corrected, created_at, updated_at
       FROM citizen WHERE id = $1`,
      [subject],
    );
  }

  async pin(subject: string): Promise<object[]> {
    return this.db.query(
      `SELECT issued_on, resident_abroad, italian_document, created_at, updated_at FROM pin_credential WHERE citizen_id = $1`,
      [subject],
    );
  }
}
