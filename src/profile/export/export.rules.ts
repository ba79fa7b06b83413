/** Waiting, being made, to be taken; then ended: it could not be made, its days are over, the person deleted it. */
export type ExportState = 'asked' | 'making' | 'ready' | 'failed' | 'expired' | 'deleted';

/** How long a copy can be taken; PostgreSQL keeps to it too (migrations/0016-export.ts). */
export const AVAILABLE = { hours: 7 * 24 } as const;
/** A worker that has written nothing for so long is taken to be dead, and another one begins anew. */
export const LEASE = { minutes: 5 } as const;
/** After so many failures the person is told, rather than kept waiting. */
export const ATTEMPTS = 3;
/** Copies one person may ask for in a day, each after having deleted the one before. */
export const ASKED_A_DAY = 5;
/** Plain bytes of one encrypted piece. */
export const CHUNK_BYTES = 65_536;

/** When a copy that could not be made is tried again: a little later each time. */
export function retryAt(now: Temporal.Instant, attempt: number): Temporal.Instant {
  return now.add({ minutes: attempt });
}

/** Whether a copy can be taken at this moment. */
export function isAvailable(copy: { state: ExportState; expires_at: Temporal.Instant | null }, now: Temporal.Instant) {
  return copy.state === 'ready' && copy.expires_at !== null && Temporal.Instant.compare(now, copy.expires_at) < 0;
}

/** What it is for the person: nobody may have swept away yet what expired a moment ago. */
export function shownState(
  copy: { state: ExportState; expires_at: Temporal.Instant | null },
  now: Temporal.Instant,
): ExportState {
  return copy.state === 'ready' && !isAvailable(copy, now) ? 'expired' : copy.state;
}

/** 'copia-dei-tuoi-dati-2026-04-01.zip': nothing of the person, so that it may stand in a download list. */
export function fileName(readyOn: Temporal.PlainDate): string {
  return `copia-dei-tuoi-dati-${readyOn}.zip`;
}

/** What a piece is encrypted with besides the key, so that none can stand in another's place. */
export function chunkContext(exportId: string, number: number): string {
  return `${exportId}:${number}`;
}

/** '1,2 MB': whole kilobytes, then one decimal. */
export function sizeInWords(bytes: number, language: string): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.ceil(bytes / 1000), 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${value.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`;
}
