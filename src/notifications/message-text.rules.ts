import type { NoticeChannel, NoticeType } from '../common/notice-types.js';
import type { Translate } from '../common/texts.js';

/**
 * The words that leave the portal: that there is a notice and of which type, never what it says (a lost phone or a
 * shared mailbox tells nothing of a person's pension). An SMS names the site without a link that could be forged.
 */
export function messageText(
  t: Translate,
  channel: NoticeChannel,
  { type, portal, address }: { type: NoticeType; portal: string; address: string },
): { title: string; text: string } {
  const name = t(`notifications.type-${type}`);
  if (channel === 'sms') return { title: '', text: t('notifications.delivery-sms', { portal, type: name, address }) };
  const paragraphs = [
    t('notifications.delivery-text', { type: name }),
    t('notifications.delivery-read', { address }),
    t('notifications.delivery-choose'),
  ];
  return { title: t('notifications.delivery-title', { portal }), text: `${paragraphs.join('\n\n')}\n` };
}
