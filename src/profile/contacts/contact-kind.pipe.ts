import { Injectable, type PipeTransform } from '@nestjs/common';
import { NotFound } from '../../common/errors.js';
import { needsCode, type CodeKind, type ContactKind } from './contacts.rules.js';

/** The word in the address of each kind of contact. */
export const SLUGS: Readonly<Record<ContactKind, string>> = {
  email: 'email',
  mobile: 'cellulare',
  pec: 'pec',
  phone: 'telefono',
};

/** '/dati/contatti/cellulare' → 'mobile'; what is none of them is a page that does not exist. */
@Injectable()
export class ContactKindPipe implements PipeTransform<string, ContactKind> {
  transform(slug: string): ContactKind {
    const found = Object.entries(SLUGS).find(([, word]) => word === slug);
    if (!found) throw new NotFound();
    return found[0] as ContactKind;
  }
}

/** The same, for the pages of codes. */
@Injectable()
export class CodeKindPipe implements PipeTransform<string, CodeKind> {
  transform(slug: string): CodeKind {
    const kind = new ContactKindPipe().transform(slug);
    if (!needsCode(kind)) throw new NotFound();
    return kind;
  }
}
