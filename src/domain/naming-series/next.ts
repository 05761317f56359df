import { sql } from "drizzle-orm";
import { callerOf } from "../../db/client.ts";
import type { Call, OnceCall } from "../call.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { sequenceDefinition } from "../definitions/load.ts";
import { fieldTouchesCounter } from "../patterns/rules.ts";
import type { Reserved } from "../reservations/reserve.ts";
import { reserveRun } from "../reservations/reserve.ts";
import type { Document } from "../sequences/bound.ts";
import { boundForm } from "../sequences/bound.ts";
import { drawBound } from "./bind.ts";
import type { SentSeries, SeriesInput } from "./sent.ts";
import { readSeries } from "./sent.ts";
import { namingSeries } from "./sequence.ts";

/** A naming series, and how many names of it. */
export interface NamesInput extends SeriesInput, Document {
  readonly count: number;
}

/**
 * Reserves the next names of a naming series, as Frappe's `getseries` counts them: the series is the
 * rendered text before the counter, one for the tenant whatever pattern renders it. At its first use a
 * pattern is compared with the others of the tenant.
 * Fails: pattern_*, fiscal_year_start_malformed, at_*, field_*, name_too_long, sequence_exhausted,
 * sequence_busy, pattern_overlap, patterns_changed.
 */
export async function nextNames(
  call: OnceCall,
  { count, at, fields, ...sent }: NamesInput,
): Promise<Reserved> {
  const read = (): SentSeries => readSeries(sent);
  const draw = async (): Promise<Reserved> =>
    reserveRun(call, async () => {
      const definition = await namingDefinition(call);
      const series = read();
      const { pattern, fiscalYearStart } = series;
      const binding = { ...definition, pattern, fiscalYearStart };
      const bound = boundForm(binding, { at, fields }, call.now());
      // A number that is wider than it may be could be read as another field's.
      const last = fieldTouchesCounter(pattern) ? { last: series.last } : {};
      return { definition, bound, count, series, ...last };
    });
  return drawBound(call, read, draw);
}

/** The sequence of the naming series; made when it is not there yet, by several at once as by one. */
export async function namingDefinition(call: Call): Promise<SequenceDefinition> {
  const known = await sequenceDefinition(call, namingSeries);
  if (known !== undefined) return known;
  await call.db.write(sql`SELECT make_naming_series_v1(${callerOf(call.caller)})`);
  const made = await sequenceDefinition(call, namingSeries);
  if (made === undefined) throw new Error("A sequence that was just made is not there.");
  return made;
}
