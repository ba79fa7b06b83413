import { dateInWords } from '../../common/calendar.js';
import { romeDate } from '../../common/clock.js';
import type { Erased } from '../../common/erased.js';
import { formView, type Form } from '../../common/form.js';
import { staffHead } from '../../common/heads.js';
import type { PageHead, PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { CORRECTABLE, extendedDueDay, OUTCOMES, rightAnswers, type DeskRequest } from '../../contact/index.js';
import { ELSEWHERE, type DecideForm, type ExtendForm } from './desk.forms.js';
import { DESK } from './desk.rules.js';
import { deskCrumb } from './desk.views.js';

export function extendPage(t: Translate, { request }: DeskRequest, form: Form<ExtendForm>): PageModel {
  const title = t('desk.extend-title');
  const href = `${DESK}/${request.protocol}`;
  const until = dateInWords(extendedDueDay(romeDate(request.receivedAt)), t.lang);
  return {
    page: taskHead(t, request.protocol, title),
    title,
    form: formView(form, t),
    lead: t('desk.extend-lead', { protocol: request.protocol, until }),
    action: `${href}/proroga#errori`,
    backHref: href,
    version: form.value('versione'),
  };
}

/** @param parts what may go alone when an erasure is granted in part */
export function decidePage(
  t: Translate,
  { request }: DeskRequest,
  form: Form<DecideForm>,
  parts: readonly Erased[],
): PageModel {
  const title = t('desk.decide-title');
  const href = `${DESK}/${request.protocol}`;
  const { kind } = request;
  return {
    page: taskHead(t, request.protocol, title),
    title,
    form: formView(form, t),
    protocol: request.protocol,
    kind: t(`rights.kind-long-${kind}`),
    answers: rightAnswers(t, request),
    effect: t(`desk.effect-${kind}`),
    action: `${href}/decisione#errori`,
    backHref: href,
    version: form.value('versione'),
    outcomes: OUTCOMES.map((value) => ({
      value,
      label: t(`desk.outcome-${value}`),
      hint: '',
      checked: form.value('esito') === value,
    })),
    isRectification: kind === 'rectification',
    fields: [ELSEWHERE, ...CORRECTABLE].map((value) => ({
      value,
      label: t(`desk.field-${value === ELSEWHERE ? 'elsewhere' : value}`),
      hint: value === ELSEWHERE ? t('desk.field-elsewhere-hint') : '',
      checked: form.value('campo') === value,
    })),
    isErasure: kind === 'erasure',
    parts: parts.map(({ id, titleKey }, index) => ({
      value: id,
      id: index === 0 ? 'parti' : `parti-${index}`,
      label: t.has(titleKey) ? t(titleKey) : id,
      checked: form.values('parti').includes(id),
    })),
  };
}

function taskHead(t: Translate, protocol: string, title: string): PageHead {
  return staffHead(t, title, [deskCrumb(t), { label: protocol, href: `${DESK}/${protocol}` }]);
}
