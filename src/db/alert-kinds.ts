/** What alerts tell of. */
export const alertKinds = [
  "sequence_exhaustion_near",
  "job_stuck",
  "job_failed",
  "lease_unreported",
  "errors_rising",
  "operations_slow",
  "audit_chain_broken",
  "webhook_disabled",
] as const;
export type AlertKind = (typeof alertKinds)[number];
