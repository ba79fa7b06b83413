/** The queues of the program; the owner makes them with the migrations (the program's logins may not). */
export const JOB_QUEUES: readonly {
  name: string;
  options: { retryLimit: number; retryBackoff: boolean; expireInSeconds: number };
}[] = [
  { name: 'slots.release', options: { retryLimit: 5, retryBackoff: true, expireInSeconds: 600 } },
  { name: 'booking.reconcile', options: { retryLimit: 2, retryBackoff: true, expireInSeconds: 600 } },
  { name: 'retention.run', options: { retryLimit: 2, retryBackoff: true, expireInSeconds: 3600 } },
  // What fails is taken up again by export.look: the rows say when.
  { name: 'export.make', options: { retryLimit: 0, retryBackoff: false, expireInSeconds: 600 } },
];
