/**
 * How long data about people is kept, in months, as the privacy notice says it (GDPR art. 5(1)(e)). The command
 * `npm run retention` deletes by these numbers; SPID exchanges carry their own date (AgID, log.rst: 24 months).
 */
export const RETENTION_MONTHS = { identity: 24, appointments: 24, notices: 24, accesses: 24, spid: 24 } as const;
