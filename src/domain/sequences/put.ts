import { sql } from "drizzle-orm";
import { callerOf, textArray } from "../../db/client.ts";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { KnownPattern } from "../definitions/definitions.ts";
import type { Dialect, WrittenPattern } from "../patterns/dialects.ts";
import { counterOf, namingSeries } from "../naming-series/sequence.ts";
import { parsePattern } from "../patterns/dialects.ts";
import { findOverlap } from "../overlap/find-overlap.ts";
import { findSelfClash } from "../overlap/find-self-clash.ts";
import { overlappingSequences, withPatterns } from "../overlap/known-patterns.ts";
import { overlapRefusal, selfClashRefusal } from "../overlap/refusals.ts";
import type { PatternVersion } from "../overlap/version.ts";
import { parseFiscalYearStart } from "../patterns/moment.ts";
import { maximumCounterWidth, maximumNumber } from "../patterns/pattern.ts";
import { hasRoom } from "../patterns/room.ts";
import { fieldTouchesCounter, highestNumber } from "../patterns/rules.ts";
import { isTimeZone } from "../patterns/zone.ts";
import type { PlacesOf } from "../pointed.ts";
import { alwaysAt, pointed } from "../pointed.ts";
import type { ShownSequence } from "./get.ts";
import { getSequence } from "./get.ts";
import type { Reset } from "./period.ts";

/** A sequence as it is sent: `pattern`, or `prefix`, `padding` and `suffix`. */
export interface SequenceInput {
  readonly pattern?: string | undefined;
  readonly prefix?: string | undefined;
  readonly padding?: number | undefined;
  readonly suffix?: string | undefined;
  readonly dialect: Dialect;
  readonly mode: "standard" | "gapless";
  readonly reset: Exclude<Reset, "prefix">;
  readonly start: bigint;
  readonly increment: bigint;
  /** The tenant's when left out of a new sequence; the present one when left out later. */
  readonly time_zone?: string | undefined;
  readonly fiscal_year_start: string;
  /** `widen` when left out; `reject` for a counter that a field touches. */
  readonly overflow?: "widen" | "reject" | undefined;
  readonly hot: boolean;
  /** Whether it may give names that others can give, as long as no product takes names of both. */
  readonly allow_overlap: boolean;
}

/**
 * Makes or replaces a sequence; draws see it before or after, never a mix.
 * Fails: sequence_key_taken, pattern_*, time_zone_unknown, fiscal_year_start_malformed,
 * sequence_start_beyond_width, sequence_reset_by_text, sequence_must_reject, sequence_gapless_hot,
 * pattern_self_clash, pattern_overlap, pattern_shared, sequence_fixed, sequence_ceiling_passed.
 */
export async function putSequence(
  call: Call,
  key: string,
  input: SequenceInput,
): Promise<{ sequence: ShownSequence; created: boolean }> {
  const { fields, version } = sequenceFields(key, input);
  const clash = findSelfClash(version);
  if (clash !== null) throw failureOfRefusal(selfClashRefusal(clash, input));
  const outcome = await withPatterns(call, async ({ epoch, versions }) => {
    const issued = await issuedUnder(call, key);
    const others = versions.filter(
      ({ sequence, present }) => sequence !== key || !present || issued !== null,
    );
    // Its own pattern gives no number behind those that it gave, if it counts on from there. With periods
    // others go on drawing under it until this is written, and of a shared counter nothing tells whose
    // numbers they were.
    const compared = others.map((other) =>
      other.sequence === key && other.present && other.reset === "never" && issued !== null
        ? { ...other, last: issued.last }
        : other,
    );
    const refusing = input.allow_overlap
      ? compared.filter(({ sequence }) => sequence === key)
      : compared.filter(({ sequence, allowOverlap }) => sequence === key || !allowOverlap);
    // What counts on from what it gave gives none of those numbers again.
    const goesOn = version.reset === "never" && issued?.counter === version.counter;
    const first = goesOn ? issued.last + 1n : version.first;
    const candidate = first > version.first ? { ...version, first } : version;
    const overlap = findOverlap(candidate, refusing);
    if (overlap !== null) throw failureOfRefusal(overlapRefusal(candidate, overlap));
    const overlapping = overlappingSequences(
      candidate,
      input.allow_overlap ? others : others.filter(({ allowOverlap }) => allowOverlap),
    );
    const [row] = await pointed(placesOf(input), () =>
      call.db.write<{ outcome: string }>(
        sql`SELECT put_sequence_v1(${callerOf(call.caller)},
                                   ${key}::text, ${JSON.stringify(fields)}::jsonb, ${epoch}::bigint,
                                   ${textArray(overlapping)}::text[],
                                   ${comparedUpTo(key, candidate, { compared, others })}::bigint) AS outcome`,
      ),
    );
    return row?.outcome;
  });
  call.definitions.forget(call.caller.tenant);
  return { sequence: await getSequence(call, key), created: outcome === "created" };
}

/**
 * Up to which number the pattern that a sequence has was compared with the one that it is to have: as a decimal
 * string. All, where none that is drawn meanwhile could be named like one of the new pattern.
 */
function comparedUpTo(
  key: string,
  candidate: PatternVersion,
  { compared, others }: Readonly<Record<"compared" | "others", readonly KnownPattern[]>>,
): string {
  const isOwn = ({ sequence, present }: KnownPattern): boolean => sequence === key && present;
  const own = compared.find(isOwn);
  if (own === undefined) return "-1";
  const isTold = findOverlap(candidate, others.filter(isOwn)) === null;
  return String(isTold ? maximumNumber : own.last);
}

/** Each member that is fixed; what the pattern's width is wrong for, at what tells the width. */
function placesOf({ pattern }: SequenceInput): PlacesOf {
  const width = pattern === undefined ? "/padding" : "/pattern";
  const others = alwaysAt({ sequence_ceiling_passed: width, pattern_shared: width });
  return (refused) => {
    const { fields } = refused.facts;
    if (refused.code !== "sequence_fixed" || !Array.isArray(fields)) return others(refused);
    return fields.map((field) => ({
      pointer: `/${String(field)}`,
      facts: { ...refused.facts, fields: [String(field)] },
    }));
  };
}

/**
 * The highest number that the series a sequence counts in may have given; null when they can have given none.
 */
async function issuedUnder(
  { db, caller }: Call,
  key: string,
): Promise<{ readonly counter: string; readonly last: bigint } | null> {
  const [row] = await db.readFor<{ counter: string; last: string }>(
    caller,
    sql`SELECT q.counter, given.last::text AS last
        FROM sequences AS q
        CROSS JOIN LATERAL given_under(q) AS given
        WHERE q.tenant = ${caller.tenant} AND q.key = ${key}`,
  );
  return row === undefined ? null : { counter: row.counter, last: BigInt(row.last) };
}

/** What the store keeps of a sequence, and its pattern as it is compared with others. */
export interface StoredSequence {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly version: PatternVersion;
}

/** Reads a sequence that is sent. Fails as putSequence does before it asks the store. */
export function sequenceFields(key: string, input: SequenceInput): StoredSequence {
  if (key === namingSeries) fail("sequence_key_taken", { sequence: key });
  if (input.time_zone !== undefined && !isTimeZone(input.time_zone)) {
    fail("time_zone_unknown", { time_zone: input.time_zone }, { pointer: "/time_zone" });
  }
  const fiscal = parseFiscalYearStart(input.fiscal_year_start);
  if (!fiscal.ok) throw failureOfRefusal(fiscal, "/fiscal_year_start");
  const parsed = parsePattern(input.dialect, input.pattern ?? input, input.fiscal_year_start);
  if (!parsed.ok) throw failureOfRefusal(parsed);
  refuseContradictions(key, input, parsed.value);
  const { pattern, text } = parsed.value;
  const { width } = pattern;
  const overflow = input.overflow ?? (fieldTouchesCounter(pattern) ? "reject" : "widen");
  if (overflow === "reject" && input.start.toString().length > width) {
    const facts = { sequence: key, start: input.start, width };
    fail("sequence_start_beyond_width", facts, { pointer: "/start" });
  }
  const room = hasRoom(pattern, overflow === "reject" ? width : maximumCounterWidth);
  if (!room.ok) throw failureOfRefusal(room);
  const reset = input.dialect === "frappe" ? "prefix" : input.reset;
  const counter = counterOf(key, input);
  const fields = {
    dialect: input.dialect,
    pattern: text,
    width,
    mode: input.mode,
    start: String(input.start),
    increment: String(input.increment),
    reset,
    counter,
    time_zone: input.time_zone ?? null,
    fiscal_year_start: input.fiscal_year_start,
    overflow,
    hot: input.hot,
    allow_overlap: input.allow_overlap,
  };
  const last = overflow === "reject" ? 10n ** BigInt(width) - 1n : highestNumber(pattern);
  const { fiscal_year_start: fiscalYearStart, start: first } = input;
  return {
    fields,
    version: { sequence: key, counter, pattern, first, last, reset, fiscalYearStart },
  };
}

/** What cannot be had together. */
function refuseContradictions(
  key: string,
  input: SequenceInput,
  { pattern }: WrittenPattern,
): void {
  if (input.dialect === "frappe" && input.reset !== "never") {
    fail("sequence_reset_by_text", { sequence: key, reset: input.reset }, { pointer: "/reset" });
  }
  if (input.overflow === "widen" && fieldTouchesCounter(pattern)) {
    fail("sequence_must_reject", { sequence: key }, { pointer: "/overflow" });
  }
  if (input.mode === "gapless" && input.hot) {
    fail("sequence_gapless_hot", { sequence: key }, { pointer: "/hot" });
  }
}
