import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { getSequence } from "./get.ts";
import { checkSeries } from "./named-series.ts";

/** What became of every number that a counter has passed; all are decimal strings. */
export interface Account {
  readonly sequence: string;
  /** The one series that was asked for; null for all of the sequence together. */
  readonly series: string | null;
  /** Numbers that the counter has passed: `reserved`, `skipped`, `burned` and `in_flight` together. */
  readonly passed: string;
  /** `taken`, `open`, `on_lease`, `unreported`, `given_back` and `voided` together. */
  readonly reserved: string;
  /** Taken by jobs, recorded or about to be. */
  readonly taken: string;
  /** Given to a caller, or used of a lease, and neither voided nor taken. */
  readonly open: string;
  readonly on_lease: string;
  /** Of leases that have expired, and whose holder may still tell. */
  readonly unreported: string;
  /** Void, since the holder of a lease gave them back. */
  readonly given_back: string;
  readonly voided: string;
  readonly skipped: string;
  /** Left by crashes of the database and calls that failed; or of leases: not reported for long, or burned by hand. */
  readonly burned: string;
  /** Passed and in no ledger entry, while a transaction that drew is still running. */
  readonly in_flight: string;
  /**
   * Of the series that was asked for, else of the present one; null when no number is left, or when documents tell
   * which series is meant.
   */
  readonly next: string | null;
}

/** Fails: sequence_not_found, series_malformed. */
export async function accountOf(
  call: Call,
  key: string,
  { series }: { readonly series?: string | undefined },
): Promise<Account> {
  const { reset, fiscal_year_start: fiscalYearStart } = await getSequence(call, key);
  if (series !== undefined) checkSeries(key, series, { reset, fiscalYearStart });
  const [row] = await call.db.readFor<{ account: Account }>(
    call.caller,
    sql`SELECT account_v1(${call.caller.tenant}::text, ${key}::text, ${series ?? null}::text) AS account`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.account;
}
