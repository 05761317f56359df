import { sql } from "drizzle-orm";
import { bytes } from "../../db/client.ts";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Dialect, WrittenPattern } from "../patterns/dialects.ts";
import { namingSeries } from "../naming-series/sequence.ts";
import { parsePattern } from "../patterns/dialects.ts";
import { parseFiscalYearStart } from "../patterns/moment.ts";
import { maximumCounterWidth } from "../patterns/pattern.ts";
import { hasRoom } from "../patterns/room.ts";
import { fieldTouchesCounter } from "../patterns/rules.ts";
import { isTimeZone } from "../patterns/zone.ts";
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
  readonly overflow: "widen" | "reject";
  readonly hot: boolean;
}

/**
 * Makes or replaces a sequence; draws see it before or after, never a mix.
 * Fails: sequence_key_taken, pattern_*, time_zone_unknown, fiscal_year_start_malformed,
 * sequence_start_beyond_width, sequence_reset_by_text, sequence_must_reject, sequence_gapless_hot,
 * sequence_fixed, sequence_ceiling_passed.
 */
export async function putSequence(
  call: Call,
  key: string,
  input: SequenceInput,
): Promise<{ sequence: ShownSequence; created: boolean }> {
  const fields = sequenceFields(key, input);
  const [row] = await call.db.write<{ outcome: string }>(
    sql`SELECT put_sequence_v1(${bytes(call.caller.digest)}, ${call.caller.tenant}::text,
                               ${key}::text, ${JSON.stringify(fields)}::jsonb) AS outcome`,
  );
  call.definitions.forget(call.caller.tenant);
  return { sequence: await getSequence(call, key), created: row?.outcome === "created" };
}

/** What the store keeps of a sequence that is sent. Fails as putSequence does before it asks the store. */
export function sequenceFields(key: string, input: SequenceInput): Record<string, unknown> {
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
  if (input.overflow === "reject" && input.start.toString().length > width) {
    const facts = { sequence: key, start: input.start, width };
    fail("sequence_start_beyond_width", facts, { pointer: "/start" });
  }
  const room = hasRoom(pattern, input.overflow === "reject" ? width : maximumCounterWidth);
  if (!room.ok) throw failureOfRefusal(room);
  return {
    dialect: input.dialect,
    pattern: text,
    width,
    mode: input.mode,
    start: String(input.start),
    increment: String(input.increment),
    reset: input.dialect === "frappe" ? "prefix" : input.reset,
    time_zone: input.time_zone ?? null,
    fiscal_year_start: input.fiscal_year_start,
    overflow: input.overflow,
    hot: input.hot,
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
