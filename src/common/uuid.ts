import { createHash, randomUUID } from 'node:crypto';
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

/**
 * The id under which what a form asks for is kept, so that the form sent twice asks once. It is the person's own: the
 * id of a form of somebody else means nothing here, and a form that names none has a fresh one.
 */
export function onceOnlyId(person: string, named: string): string {
  if (!UUID.test(named)) return randomUUID();
  const hex = createHash('sha256').update(`${person} ${named}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
