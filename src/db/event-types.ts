/** What webhooks are told of. Each event is made in the transaction that does what it tells. */
export const eventTypes = [
  "job.done",
  "job.failed",
  "job.cancelled",
  "receipt.done",
  "receipt.cancelled",
  "count.applied",
  "alert.opened",
  "alert.closed",
  "webhook.test",
] as const;
export type EventType = (typeof eventTypes)[number];
