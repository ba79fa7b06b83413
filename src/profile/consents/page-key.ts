import { isInstant } from '../../common/clock.js';

const AFTER_ALL = { at: '9999-12-31T00:00:00Z', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const KEY = /^([0-9TZ:.-]{20,24})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Where a page of the history begins. A key of the wrong form is the first page: it only says where to begin. */
export const pageKey = {
  after: ({ at, id }: { at: Temporal.Instant; id: string }): string => `${at.toString()}_${id}`,
  read(key: string | null): { at: string; id: string } {
    const [, at, id] = KEY.exec(key ?? '') ?? [];
    return at && id && isInstant(at) ? { at, id } : AFTER_ALL;
  },
};
