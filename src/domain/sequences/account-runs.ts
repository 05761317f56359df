import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { getSequence } from "./get.ts";
import { checkSeries } from "./named-series.ts";

/** What can have become of numbers: as the account calls it, fenced ones apart from skipped ones. */
export const accountStates = [
  "taken",
  "open",
  "on_lease",
  "unreported",
  "given_back",
  "voided",
  "skipped",
  "fenced",
  "burned",
  "in_flight",
] as const;

const columns = [
  "series",
  "state",
  "first",
  "last",
  "step",
  "count",
  "first_name",
  "last_name",
  "reservation",
  "lease",
  "holder",
  "reason",
  "at",
] as const;

/**
 * What became of the numbers that the counters of a sequence have passed, as runs in the order of the numbers,
 * series by series as they were made: each number stands in one of them. Fails: sequence_not_found,
 * series_malformed.
 */
export async function listAccountRuns(
  call: Call,
  key: string,
  { series }: { readonly series?: string | undefined },
): Promise<Listing> {
  const { db, caller } = call;
  const { reset, fiscal_year_start: fiscalYearStart } = await getSequence(call, key);
  if (series !== undefined) checkSeries(key, series, { reset, fiscalYearStart });
  return listingOf(db, caller, columns, (after, limit) => {
    const [within = null, behind = null] =
      after === null ? [] : splitPlace(after, /^(\d{1,18}) (\d{1,18})$/);
    return sql`
      SELECT * FROM account_runs_v1(
        ${caller.tenant}::text, ${key}::text, ${series ?? null}::text, ${within}::bigint, ${behind}::bigint,
        ${limit}::int)`;
  });
}
