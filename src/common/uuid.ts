import type { PipeTransform } from '@nestjs/common';
import { NotFound } from './errors.js';

/** An id as this program writes it: lower case. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** For ids in addresses. What cannot be anybody's id is not found, which is said without asking the database. */
export class UuidParam implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!UUID.test(id)) throw new NotFound();
    return id;
  }
}
