/**
 * What callers can do besides drawing numbers, as the audit calls it. Each leaves one event, written by the
 * function that does it.
 */
export const auditActions = [
  "sequence.created",
  "sequence.changed",
  "sequence.advanced",
  "sequence.rewound",
  "naming_series.bound",
  "naming_series.changed",
  "reservation.voided",
  "product.created",
  "product.changed",
  "settings.changed",
  "lots.created",
  "lots.changed",
  "lot.changed",
  "receipt.created",
  "receipt.cancelled",
  "count.created",
  "count.applied",
  "recall.opened",
  "recall.closed",
  "import.begun",
  "import.cancelled",
  "job.cancelled",
  "job.retried",
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
] as const;
export type AuditAction = (typeof auditActions)[number];
