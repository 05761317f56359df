/** What an API key may do; `admin` may do everything. */
export const apiScopes = [
  "reserve",
  "lots:read",
  "lots:write",
  "sequences:write",
  "admin",
] as const;
export type ApiScope = (typeof apiScopes)[number];

/**
 * What callers can do besides drawing numbers, as the audit calls it. Each leaves one event, written by the
 * function that does it.
 */
export const auditActions = [
  "sequence.created",
  "sequence.changed",
  "sequence.advanced",
  "sequence.rewound",
  "sequence.fenced",
  "naming_series.bound",
  "naming_series.changed",
  "reservation.voided",
  "lease.renewed",
  "lease.reported",
  "lease.given_back",
  "lease.burned",
  "product.created",
  "product.changed",
  "settings.changed",
  "tenant.fenced",
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
  "webhook.created",
  "webhook.changed",
  "webhook.secret_rotated",
  "webhook.removed",
  "webhook.tested",
  "webhook.delivery_repeated",
] as const;
export type AuditAction = (typeof auditActions)[number];

/** The sequences and products that a request is about, as far as it tells; null: it may be about any. */
export interface Touches {
  readonly sequences: readonly string[] | null;
  readonly products: readonly string[] | null;
  /** Id of the job, receipt or count that it is about: of which sequences and products, the store knows. */
  readonly record?: string;
}

/** Who calls and what for, which the database checks in the statement that does the work. */
export interface Caller {
  readonly tenant: string;
  /** SHA-256 of the API key in hex. */
  readonly digest: string;
  /** The scopes of which any suffices for the request, beside `admin`. */
  readonly scopes: readonly ApiScope[];
  readonly touches: Touches;
  /** The IP address that the call comes from; null when nobody told. */
  readonly address: string | null;
  /** What the log calls the request. */
  readonly requestId: string;
}
