import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { getSequence } from "./get.ts";

/** What became of every number that a counter has passed; all are decimal strings. */
export interface Account {
  readonly sequence: string;
  /** Numbers that the counter has passed. */
  readonly passed: string;
  readonly reserved: string;
  /** Of the reserved ones. */
  readonly voided: string;
  /** Of the reserved ones: taken by jobs, recorded or about to be. */
  readonly taken: string;
  /** Of the reserved ones: neither voided nor taken. */
  readonly open: string;
  readonly skipped: string;
  /** Passed and in no ledger entry: jumps that crashes of the database left. */
  readonly burned: string;
  readonly next: string | null;
}

/** Fails: sequence_not_found. */
export async function accountOf(call: Call, key: string): Promise<Account> {
  const { db, caller } = call;
  const { next } = await getSequence(call, key);
  const [account] = await db.readFor<Omit<Account, "next">>(
    caller,
    sql`WITH entries AS (
          SELECT l.kind, (l.last - l.first) / l.step + 1 AS numbers
          FROM series AS s
          JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
          WHERE s.tenant = ${caller.tenant} AND s.sequence = ${key}
        ), sums AS (
          SELECT coalesce(sum(numbers) FILTER (WHERE kind = 'reserved'), 0) AS reserved,
                 coalesce(sum(numbers) FILTER (WHERE kind = 'void'), 0) AS voided,
                 coalesce(sum(numbers) FILTER (WHERE kind = 'skip'), 0) AS skipped
          FROM entries
        ), uses AS (
          SELECT coalesce(sum((upper(i.numbers) - lower(i.numbers)) / i.step - i.skipped), 0) AS taken
          FROM series AS s
          JOIN job_items AS i ON i.series = s.id AND NOT isempty(i.numbers)
          WHERE s.tenant = ${caller.tenant} AND s.sequence = ${key}
        )
        SELECT ${key}::text AS sequence,
               (c.issued + r.skipped_by_series)::text AS passed,
               s.reserved::text AS reserved, s.voided::text AS voided, u.taken::text AS taken,
               (s.reserved - s.voided - u.taken)::text AS open, s.skipped::text AS skipped,
               (c.issued + r.skipped_by_series - s.reserved - s.skipped)::text AS burned
        FROM sums AS s, uses AS u, counter_v1(${caller.tenant}, ${key}) AS c,
             (SELECT sum(skipped) AS skipped_by_series FROM series
              WHERE tenant = ${caller.tenant} AND sequence = ${key}) AS r`,
  );
  if (account === undefined) throw new Error("A select of sums gave no row.");
  return { ...account, next };
}
