import { sql } from "drizzle-orm";
import { bytes } from "../../db/client.ts";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import { parsePattern } from "../patterns/dialects.ts";
import { parseFiscalYearStart } from "../patterns/moment.ts";
import { maximumCounterWidth } from "../patterns/pattern.ts";
import { hasRoom } from "../patterns/room.ts";
import { isTimeZone } from "../patterns/zone.ts";
import { getSequence } from "./get.ts";
import type { Sequence } from "./sequence.ts";

/** A sequence as it is sent: `pattern`, or `prefix`, `padding` and `suffix`. */
export interface SequenceInput {
  readonly pattern?: string | undefined;
  readonly prefix?: string | undefined;
  readonly padding?: number | undefined;
  readonly suffix?: string | undefined;
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
 * Fails: pattern_*, time_zone_unknown, fiscal_year_start_malformed, sequence_start_beyond_width,
 * sequence_fixed, sequence_ceiling_passed.
 */
export async function putSequence(
  call: Call,
  key: string,
  input: SequenceInput,
): Promise<{ sequence: Sequence; created: boolean }> {
  const fields = sequenceFields(key, input);
  const [row] = await call.db.write<{ outcome: string }>(
    sql`SELECT put_sequence_v1(${bytes(call.caller.digest)}, ${call.caller.tenant}::text,
                               ${key}::text, ${JSON.stringify(fields)}::jsonb) AS outcome`,
  );
  call.definitions.forget(call.caller.tenant);
  return { sequence: await getSequence(call, key), created: row?.outcome === "created" };
}

function sequenceFields(key: string, input: SequenceInput): Record<string, unknown> {
  const parsed = parsePattern("native", input.pattern ?? input);
  if (!parsed.ok) throw failureOfRefusal(parsed);
  if (input.time_zone !== undefined && !isTimeZone(input.time_zone)) {
    fail("time_zone_unknown", { time_zone: input.time_zone }, { pointer: "/time_zone" });
  }
  const fiscal = parseFiscalYearStart(input.fiscal_year_start);
  if (!fiscal.ok) throw failureOfRefusal(fiscal, "/fiscal_year_start");
  const { pattern, text } = parsed.value;
  const { width } = pattern;
  if (input.overflow === "reject" && input.start.toString().length > width) {
    const facts = { sequence: key, start: input.start, width };
    fail("sequence_start_beyond_width", facts, { pointer: "/start" });
  }
  const room = hasRoom(pattern, input.overflow === "reject" ? width : maximumCounterWidth);
  if (!room.ok) throw failureOfRefusal(room);
  return {
    pattern: text,
    width,
    mode: "standard",
    start: String(input.start),
    increment: String(input.increment),
    reset: "never",
    time_zone: input.time_zone ?? null,
    fiscal_year_start: input.fiscal_year_start,
    overflow: input.overflow,
    hot: input.hot,
  };
}
