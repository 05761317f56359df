/** The bounds of leases. */
export const leaseLimits = {
  /** Numbers of one lease. */
  count: 1_000_000,
  /** How long one may last without being renewed, in seconds: 90 days. */
  ttl: 7_776_000,
  usualTtl: 3600,
  /** Open ones of a holder at a time, of one sequence. */
  ofHolder: 100,
  /** Numbers of a sequence that may be out on lease, unreported ones included. */
  out: 10_000_000,
  /** Runs of one report. */
  runs: 10_000,
  /** Stretches that what is used of a lease may come to. */
  stretches: 10_000,
  /** How long what nobody reports waits for its holder, in days. */
  unreportedDays: 30,
} as const;
