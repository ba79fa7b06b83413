import type { Request, Response } from 'express';
import { homeCrumb } from '../common/heads.js';
import type { Translate } from '../common/texts.js';
import { flash } from './session.middleware.js';
import type { Arrival } from './sign-in.service.js';

/** Answers a sign-in that another tab of the same browser has overtaken: nobody takes anybody's place unseen. */
export async function standBack(
  arrival: Exclude<Arrival, 'comes-in'>,
  req: Request,
  res: Response,
  { t, returnTo }: { t: Translate; returnTo: string },
): Promise<void> {
  if (arrival === 'already-in') return leadOn(req, res, returnTo);
  res.status(403).render('auth/somebody-else', somebodyElsePage(t, req.id));
}

/**
 * Leads on who is in already, and tells them. A provider's POST brings no session cookie: then the page of the ways in,
 * which gets it, does both.
 */
export async function leadOn(req: Request, res: Response, returnTo: string): Promise<void> {
  if (!req.acting && !req.staff) return res.redirect(303, `/accedi?gia=1&ritorno=${encodeURIComponent(returnTo)}`);
  await flash(req, 'signin.already');
  res.redirect(303, returnTo);
}

function somebodyElsePage(t: Translate, reference: string) {
  const title = t('signin.else-title');
  const crumbs = [homeCrumb(t), { label: t('layout.sign-in'), href: '/accedi' }, { label: title, href: '' }];
  return { page: { title, error: true, noindex: true, crumbs }, title, reference };
}
