import { Body, Controller, Get, Param, Post, Render, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable, WhenLate } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { mailAddress } from '../../common/plain-text.js';
import type { Translate } from '../../common/texts.js';
import { Visitor } from '../../common/visitor.js';
import { ContactChangesService, type Saved } from './contact-changes.service.js';
import { ContactCodesService, type Asked } from './contact-codes.service.js';
import { ContactKindPipe, SLUGS } from './contact-kind.pipe.js';
import { contactInWords, contactPage, removalPage } from './contact.views.js';
import { ContactForm, RemovalForm, removedVersion, versionOf } from './contacts.forms.js';
import type { Contact } from './contacts.repository.js';
import { emailTyped, needsCode, type ContactKind } from './contacts.rules.js';
import { ContactsService } from './contacts.service.js';
import { refused } from './contact-refusals.js';
import { mobileTyped, phoneTyped } from './phone-number.js';
import { ThemselvesGuard } from './themselves.guard.js';

const LIST = '/dati/contatti';
const READ = {
  email: (text: string) => emailTyped(mailAddress(text)),
  mobile: mobileTyped,
  pec: (text: string) => emailTyped(mailAddress(text)),
  phone: phoneTyped,
} as const;

/** Changing and removing one contact. Who holds a password alone (a PIN) may not: notices and codes would follow. */
@Controller('dati/contatti/:canale')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
@Requires({ level: 2 })
export class ContactController {
  constructor(
    private readonly contacts: ContactsService,
    private readonly changes: ContactChangesService,
    private readonly codes: ContactCodesService,
  ) {}

  @Get()
  @Reads('contacts.read')
  @Render('contacts/contact')
  async edit(
    @Param('canale', ContactKindPipe) kind: ContactKind,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
  ): Promise<object> {
    const current = await this.contacts.find(acting, kind);
    const shown = { valore: current ? contactInWords(kind, current.value) : '', versione: current?.version ?? '' };
    return contactPage(t, kind, Form.empty(ContactForm, shown), current);
  }

  @Post()
  @Resumable()
  async update(
    @Param('canale', ContactKindPipe) kind: ContactKind,
    @Body(new FormPipe(ContactForm)) form: Form<ContactForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) return this.again(t, res, kind, form, await this.contacts.find(acting, kind));
    const typed = READ[kind](form.data.valore);
    const saved = typed.ok ? await this.save(acting, kind, typed.value, versionOf(form.data), t) : typed;
    if (!saved.ok) {
      const current = await this.contacts.find(acting, kind);
      return this.again(t, res, kind, refused(form, kind, saved, t), current);
    }
    if (!needsCode(kind)) await flash(req, `contacts.saved-${kind}`);
    else if ('sent' in saved && !saved.sent) await flash(req, 'contacts.code-already');
    res.redirect(303, needsCode(kind) ? `${LIST}/${SLUGS[kind]}/codice#main` : `${LIST}#esito`);
  }

  @Get('rimozione')
  @Reads('contacts.read')
  async removal(
    @Param('canale', ContactKindPipe) kind: ContactKind,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const current = await this.contacts.find(acting, kind);
    if (!current) return res.redirect(303, LIST);
    res.render('contacts/removal', removalPage(t, kind, current));
  }

  @Post('rimozione')
  @WhenLate('/dati/contatti/:canale/rimozione')
  async remove(
    @Param('canale', ContactKindPipe) kind: ContactKind,
    @Body(new FormPipe(RemovalForm)) form: Form<RemovalForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const removed = await this.changes.remove(acting, kind, removedVersion(form.data), t);
    await flash(req, removed.ok ? `contacts.removed-${kind}` : 'contacts.not-removed', removed.ok ? 'ok' : 'warning');
    res.redirect(303, `${LIST}#esito`);
  }

  private save(acting: Acting, kind: ContactKind, value: string, seen: string, t: Translate): Promise<Saved | Asked> {
    return needsCode(kind)
      ? this.codes.ask(acting, kind, value, seen, t)
      : this.changes.save(acting, kind, value, seen);
  }

  private again(
    t: Translate,
    res: Response,
    kind: ContactKind,
    form: Form<ContactForm>,
    current: Contact | null,
  ): void {
    res.status(form.status).render('contacts/contact', contactPage(t, kind, form, current));
  }
}
