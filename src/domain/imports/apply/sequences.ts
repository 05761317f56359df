import { sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { Failure, type FactsOf } from "../../../errors.ts";
import { momentOf } from "../../patterns/moment.ts";
import { periodOf } from "../../sequences/period.ts";
import type { SequenceInput, StoredSequence } from "../../sequences/put.ts";
import { sequenceFields } from "../../sequences/put.ts";
import type { SequenceRecord } from "../record.ts";
import { seriesKey } from "./counters.ts";
import type { CounterWrite, Decide } from "./decisions.ts";
import { Decisions } from "./decisions.ts";
import { NewPatterns } from "./new-patterns.ts";
import { withinSeries } from "./within-series.ts";

/** A sequence that there is, as far as a file can differ from it. */
export interface KnownSequence {
  readonly key: string;
  readonly dialect: string;
  readonly pattern: string;
  readonly mode: string;
  readonly increment: string;
  readonly reset: string;
  readonly fiscal_year_start: string;
  readonly overflow: string;
}

/**
 * A counter that has been used: its next number, null when none is left, how many it can still give, and
 * whether it gave any.
 */
interface KnownCounter {
  readonly sequence: string;
  readonly period: string;
  readonly next: string | null;
  readonly remaining: string;
  readonly given: boolean;
}

/**
 * Sequences with their counters, which go on behind the file's and never back; as many as touch no more
 * series than one transaction may. The periods of one sequence are not taken apart.
 */
export const applySequences: Decide<SequenceRecord> = async (applying, given) => {
  const { db, tenant, columns, allowOverlap } = applying;
  const decisions = new Decisions(columns);
  const decided = withinSeries(
    given.map(({ record }) =>
      countersOf(record).map(({ sequence, period }) => seriesKey(sequence, period)),
    ),
  );
  const placed = given.slice(0, decided);
  decisions.decided = decided;
  const keys = placed.map(({ record }) => record.key);
  const known = await knownSequences(db, tenant, keys);
  const used = new Map(
    (await knownCounters(db, tenant, keys)).map((one) => [`${one.sequence}\n${one.period}`, one]),
  );
  const patterns = await NewPatterns.of(applying);
  for (const { line, record } of placed) {
    const { key } = record;
    const stored = fieldsOf(record, allowOverlap);
    if (stored instanceof Failure) {
      decisions.refuseAs(line, ["prefix"], stored);
      continue;
    }
    const { fields, version } = stored;
    const before = known.get(key);
    const counters = countersOf(record);
    if (before === undefined) {
      const refusal = patterns.add(version);
      if (refusal !== null) {
        decisions.refuseAs(line, ["prefix"], refusal);
        continue;
      }
      decisions.makeSequence(key, fields, patterns.epoch);
      decisions.writes.counters.push(...counters.filter(({ next }) => BigInt(next) > firstNumber));
      decisions.count("created");
      continue;
    }
    const differences = sequenceDifferences(before, fields);
    if (differences.length > 0) {
      decisions.refuse(line, ["key", "code", "name"], "import_sequence_differs", {
        sequence: key,
        differences,
      });
      continue;
    }
    const ahead = counters.filter(({ period, next }) => {
      const counter = used.get(`${key}\n${period}`);
      if (counter === undefined) return BigInt(next) > firstNumber;
      return counter.next !== null && BigInt(next) > BigInt(counter.next);
    });
    const isGiven = ahead.some(({ period }) => used.get(`${key}\n${period}`)?.given === true);
    if (isGiven && record.mode === "gapless") {
      decisions.refuse(line, ["next"], "sequence_gapless", { sequence: key });
      continue;
    }
    const short = ahead
      .map((counter) => shortage(before, counter, used.get(`${key}\n${counter.period}`)))
      .find((one) => one !== null);
    if (short !== undefined) {
      decisions.refuse(line, ["next", "range_next"], "sequence_exhausted", short);
      continue;
    }
    decisions.writes.counters.push(...ahead);
    decisions.count(ahead.length > 0 ? "updated" : "unchanged");
  }
  return decisions;
};

/**
 * Why a counter that has given numbers cannot pass those up to a file's: as `continue_series` in the
 * migrations refuses it. One that has given none just begins there.
 */
function shortage(
  { key, increment, overflow }: KnownSequence,
  { period, next }: CounterWrite,
  counter: KnownCounter | undefined,
): FactsOf<"sequence_exhausted"> | null {
  if (counter === undefined || !counter.given || counter.next === null) return null;
  const requested = (BigInt(next) - 1n - BigInt(counter.next)) / BigInt(increment) + 1n;
  const remaining = BigInt(counter.remaining);
  if (requested <= remaining) return null;
  return { sequence: key, series: period === "" ? null : period, remaining, requested, overflow };
}

/** Where every sequence and period begins in Odoo. */
const firstNumber = 1n;

function fieldsOf(record: SequenceRecord, allowOverlap: boolean): StoredSequence | Failure {
  const { key, pattern, mode, increment, reset, fiscal_year_start } = record;
  return storedOrRefused(key, {
    ...pattern,
    mode,
    increment: BigInt(increment),
    reset,
    fiscal_year_start,
    start: firstNumber,
    overflow: "widen",
    hot: false,
    allow_overlap: allowOverlap,
  });
}

/** A sequence that a file brings along as the store keeps it, or why it cannot be one. */
export function storedOrRefused(key: string, input: SequenceInput): StoredSequence | Failure {
  try {
    return sequenceFields(key, input);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** The counters of a record with the periods that they are of. */
function countersOf({
  key,
  reset,
  fiscal_year_start,
  next,
  periods,
}: SequenceRecord): CounterWrite[] {
  if (next !== null) return [{ sequence: key, period: "", next }];
  return periods.flatMap((period) => {
    const first = momentOf(period.first_day, "UTC", 0, fiscal_year_start);
    if (!first.ok) return [];
    return [{ sequence: key, period: periodOf(reset, first.value), next: period.next }];
  });
}

const compared = ["dialect", "pattern", "mode", "increment", "reset", "fiscal_year_start"] as const;

/** What is to be a sequence otherwise than the one that there is. */
export function sequenceDifferences(
  before: KnownSequence,
  fields: Readonly<Record<string, unknown>>,
): string[] {
  return compared
    .filter((field) => field !== "fiscal_year_start" || before.reset === "fiscal")
    .filter((field) => before[field] !== fields[field])
    .map(
      (field) =>
        `${field} is ${JSON.stringify(before[field])}, in the file ${JSON.stringify(fields[field])}`,
    );
}

/** The sequences of those keys that there are. */
export async function knownSequences(
  db: Database,
  tenant: string,
  keys: readonly string[],
): Promise<Map<string, KnownSequence>> {
  const rows = await db.readOf<KnownSequence>(
    tenant,
    sql`SELECT s.key, s.dialect, s.pattern, s.mode, s.increment::text AS increment, s.reset,
               s.fiscal_year_start, s.overflow
        FROM sequences AS s
        WHERE s.tenant = ${tenant}
          AND s.key = ANY (SELECT jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))`,
  );
  return new Map(rows.map((row) => [row.key, row]));
}

function knownCounters(
  db: Database,
  tenant: string,
  keys: readonly string[],
): Promise<KnownCounter[]> {
  return db.readOf<KnownCounter>(
    tenant,
    sql`SELECT s.sequence, s.period, c.next::text AS next,
               c.remaining::text AS remaining, is_begun(s) AS given
        FROM series AS s
        CROSS JOIN LATERAL counter_v1(s.tenant, s.sequence, s.period) AS c
        WHERE s.tenant = ${tenant}
          AND s.sequence = ANY (SELECT jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))`,
  );
}
