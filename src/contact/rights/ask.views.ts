import { formView, type Form } from '../../common/form.js';
import { profileHead } from '../../common/heads.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import type { AskForm } from './rights.forms.js';
import type { RightRequest } from './rights.repository.js';
import { CONCERNS, slugOf, type Kind } from './rights.rules.js';
import { hrefOf, rightsCrumb } from './rights.views.js';

/** The form of one right. @param open a request of this kind that has no answer yet: there is one at a time */
export function askPage(t: Translate, kind: Kind, form: Form<AskForm>, open: RightRequest | null): PageModel {
  const title = t(`rights.ask-${kind}`);
  return {
    page: { ...profileHead(t, title, [rightsCrumb(t)]), menu: false },
    title,
    form: formView(form, t),
    what: t(`rights.what-${kind}`),
    when: t(`rights.when-${kind}`),
    refusal: t(`rights.refusal-${kind}`),
    after: t(`rights.after-${kind}`),
    action: `/dati/diritti/nuova/${slugOf(kind)}#errori`,
    dataLegend: t(`rights.data-legend-${kind}`),
    data: CONCERNS.map((value, index) => ({
      value,
      // The first one bears the field's own id: the error summary leads there.
      id: index === 0 ? 'dati' : `dati-${index}`,
      label: t(`rights.data-${value}`),
      checked: form.values('dati').includes(value),
    })),
    isRectification: kind === 'rectification',
    messageLabel: t(`rights.message-${kind}`),
    submission: form.value('invio'),
    // Who has one open already is sent there; what was typed in the meantime is never lost.
    canWrite: !open || !form.valid,
    openHref: open ? hrefOf(open) : '',
    openText: open ? t('rights.open-text', { protocol: open.protocol }) : '',
  };
}
