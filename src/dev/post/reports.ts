import { createHmac } from 'node:crypto';
import type { CaughtMail } from './caught.js';

/** A returned mail as a mail server writes it (RFC 3464): this address does not exist. */
export function deliveryStatus({ returnPath, to, title }: CaughtMail, status = '5.1.1', action = 'failed'): string {
  return [
    'From: Mail Delivery System <MAILER-DAEMON@posta.example>',
    `To: <${returnPath}>`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="rimbalzo"',
    '',
    '--rimbalzo',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Your message could not be delivered.',
    '',
    '--rimbalzo',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; posta.example',
    '',
    `Final-Recipient: rfc822; ${to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
    '',
    '--rimbalzo',
    'Content-Type: text/rfc822-headers',
    '',
    `Subject: ${title.replace(/[^ -~]/g, '?')}`,
    `To: ${to}`,
    '',
    '--rimbalzo--',
    '',
  ].join('\r\n');
}

/** `t=<seconds>,v1=<hex>`, as the contract of the gateway says. */
export function signature(body: string, key: string, at: Temporal.Instant): string {
  const seconds = Math.floor(at.epochMilliseconds / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
}
