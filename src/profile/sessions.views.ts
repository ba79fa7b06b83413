import { deviceName, methodName, type CurrentSession, type OpenSession } from '../auth/index.js';
import { dateAndTime } from '../common/calendar.js';
import { profileHead } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';

export function sessionsPage(t: Translate, sessions: OpenSession[], current: CurrentSession): PageModel {
  const title = t('sessions.title');
  return {
    page: profileHead(t, title),
    title,
    count: t.count('sessions.count', sessions.length),
    sessions: sessions.map((session) => sessionItem(t, session, current)),
    hasOthers: sessions.some(({ public_id }) => public_id !== current.id),
    mayEndMany: current.level >= 2,
  };
}

function sessionItem(t: Translate, session: OpenSession, current: CurrentSession): Record<string, unknown> {
  const here = session.public_id === current.id;
  return {
    id: session.public_id,
    device: deviceName(t, session.device),
    here,
    method: methodName(t, session.method, session.level),
    since: when(t, session.created_at),
    sinceIso: session.created_at.toString(),
    last: when(t, session.touched_at),
    lastIso: session.touched_at.toString(),
    stronger: !here && (session.level ?? 1) > current.level,
    canEnd: !here && (session.level ?? 1) <= current.level,
  };
}

function when(t: Translate, at: Temporal.Instant): string {
  const { date, time } = dateAndTime(at, t.lang);
  return t('notifications.at', { date, time });
}
