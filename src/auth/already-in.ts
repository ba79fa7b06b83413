import type { Request, Response } from 'express';
import { homeCrumb } from '../common/heads.js';
import type { Translate } from '../common/texts.js';
import { flash } from './session.middleware.js';

/**
 * Leads on who is in already, and tells them. A provider's POST brings no session cookie: then the page of the ways in,
 * which gets it, does both.
 */
export async function leadOn(req: Request, res: Response, returnTo: string): Promise<void> {
  if (!req.acting && !req.staff) return res.redirect(303, `/accedi?gia=1&ritorno=${encodeURIComponent(returnTo)}`);
  await flash(req, 'signin.already');
  res.redirect(303, returnTo);
}

/** Another tab let somebody else in meanwhile: nobody takes their place unseen. */
export function somebodyElsePage(t: Translate, reference: string) {
  const title = t('signin.else-title');
  const crumbs = [homeCrumb(t), { label: t('layout.sign-in'), href: '/accedi' }, { label: title, href: '' }];
  return { page: { title, error: true, noindex: true, crumbs }, title, reference };
}
