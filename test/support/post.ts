import { AuditRepository } from '#src/audit/audit.repository.js';
import { AuditService } from '#src/audit/audit.service.js';
import { BounceListeners } from '#src/transport/index.js';
import { SealedContents } from '#src/transport/contents.js';
import { DeliveryRepository } from '#src/transport/delivery.repository.js';
import { DeliveryService } from '#src/transport/delivery.service.js';
import { MailRoad } from '#src/transport/mail.road.js';
import { ReportsRepository } from '#src/transport/reports.repository.js';
import { ReportsService } from '#src/transport/reports.service.js';
import { ReturnPath } from '#src/transport/return-path.js';
import { Roads, type Road } from '#src/transport/roads.js';
import { SmsRoad } from '#src/transport/sms.road.js';
import type { SmtpPatience } from '#src/transport/smtp-lines.js';
import { TransportMetrics } from '#src/transport/transport-metrics.js';
import { Keys } from '#src/common/crypto.js';
import { Database, Sources } from '#src/common/database.js';
import { LOG } from '#src/common/log-token.js';
import type { Log } from '#src/common/log.js';
import { startDevPost, type CaughtMail, type CaughtSms, type DevPost } from '#src/dev/post/index.js';
import type { MailSettings } from '#src/config.js';
import { dataSource } from '#src/data-source.js';
import type { TestApp } from './app.ts';
import { oddPlainSigns } from './signs.ts';

/** The worker of a portal that runs pages alone: its deliveries, with roads to catchers in this process. */
export interface Worker {
  db: Database;
  delivery: DeliveryService;
  post: DevPost;
}

const workers = new WeakMap<TestApp, Promise<Worker>>();

/** Sends what is due, as a worker would at this moment of the portal's clock. @returns all that was ever sent, oldest first */
export async function caught(portal: TestApp): Promise<{ mails: CaughtMail[]; sms: CaughtSms[] }> {
  const { delivery, post } = await worker(portal);
  await delivery.deliverDue();
  const { mails, sms } = post.caught;
  const odd = [...mails, ...sms].flatMap((one) => oddPlainSigns(`${'title' in one ? one.title : ''} ${one.text}`));
  if (odd.length > 0) throw new Error(`signs nobody sees were sent: ${JSON.stringify(odd)}`);
  return { mails: [...mails], sms: [...sms] };
}

/** The one-time code in the newest message to this address. */
export async function caughtCode(portal: TestApp, to: string): Promise<string> {
  const { mails, sms } = await caught(portal);
  const text = [...mails, ...sms].toSorted((a, b) => a.id - b.id).findLast((one) => one.to === to)?.text ?? '';
  const code = /\b\d{6}\b/.exec(text)?.[0];
  if (!code) throw new Error(`no code was sent to ${to}`);
  return code;
}

/** The newest message to this address comes back, as mail server or gateway would report it, and a worker acts on it. */
export async function comesBack(portal: TestApp, to: string): Promise<void> {
  const { mails, sms } = await caught(portal);
  const found = [...mails, ...sms].toSorted((a, b) => a.id - b.id).findLast((one) => one.to === to);
  if (!found) throw new Error(`nothing was sent to ${to}`);
  const { post } = await worker(portal);
  const path = 'returnPath' in found ? 'posta' : 'sms';
  const answer = await fetch(`${post.httpUrl}/${path}/${found.id}/rimbalzo`, { method: 'POST' });
  if (!answer.ok) throw new Error('the portal refused the report');
  await caught(portal);
}

/** The worker of a portal, started when it is first asked for and closed with the portal. */
export function worker(portal: TestApp): Promise<Worker> {
  const known = workers.get(portal) ?? started(portal);
  workers.set(portal, known);
  return known;
}

async function started(portal: TestApp): Promise<Worker> {
  const mail = portal.config.mail!;
  const sms = portal.config.sms!;
  const post = await startDevPost({
    smtpPort: 0,
    httpPort: 0,
    host: '127.0.0.1',
    clock: portal.clock,
    returnsUrl: `${portal.url}/trasporto/rimbalzi`,
    bounceKey: mail.bounceKey!,
    token: sms.token,
    reportKey: sms.reportKey,
  });
  const roads = new Roads({
    email: mailRoad(portal, post.smtpUrl),
    sms: new SmsRoad({ ...sms, url: new URL(post.httpUrl) }, `${portal.url}/trasporto/sms`),
  });
  const { db, delivery, close } = await deliveryOf(portal, roads);
  portal.closing.push(async () => {
    await close();
    await post.close();
  });
  return { db, delivery, post };
}

export function mailRoad(
  portal: TestApp,
  url: string,
  settings: Partial<MailSettings> = {},
  patience?: SmtpPatience,
): MailRoad {
  const mail = portal.config.mail!;
  const path = new ReturnPath(portal.app.get(Keys), mail.returnTo);
  return new MailRoad(
    { ...mail, url: new URL(url), ...settings },
    path,
    'http://localhost:3000/dati/preferenze',
    patience,
  );
}

/** A worker with roads of the test's own: close it before the portal. */
export async function deliveryOf(
  portal: TestApp,
  roads: Roads | { email: Road | null; sms: Road | null },
): Promise<{ db: Database; delivery: DeliveryService; reports: ReportsService; close: () => Promise<void> }> {
  const { app, clock, config } = portal;
  const db = new Database(
    new Sources(null, dataSource({ url: config.databaseWorkerUrl, pool: 4, name: 'test worker' })),
  );
  await db.onModuleInit();
  const contents = new SealedContents(app.get(Keys));
  const log = app.get<Log>(LOG);
  const listeners = app.get(BounceListeners, { strict: false });
  const reports = new ReportsService(db, new ReportsRepository(db), contents, app.get(Keys), listeners, clock, log);
  const ways = roads instanceof Roads ? roads : new Roads(roads);
  const delivery = new DeliveryService(
    db,
    new DeliveryRepository(db),
    reports,
    contents,
    ways,
    clock,
    app.get(TransportMetrics, { strict: false }),
    new AuditService(new AuditRepository(db), clock),
    log,
  );
  const close = async (): Promise<void> => {
    await ways.close();
    await db.onApplicationShutdown();
  };
  return { db, delivery, reports, close };
}
