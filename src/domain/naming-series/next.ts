import { sql } from "drizzle-orm";
import { bytes } from "../../db/client.ts";
import { failureOfRefusal } from "../../errors.ts";
import type { Call, OnceCall } from "../call.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { sequenceDefinition } from "../definitions/load.ts";
import { parseFrappe } from "../patterns/frappe.ts";
import { fieldTouchesCounter, highestNumber } from "../patterns/rules.ts";
import type { Reserved } from "../reservations/reserve.ts";
import { reserveRun } from "../reservations/reserve.ts";
import type { Document } from "../sequences/bound.ts";
import { boundForm } from "../sequences/bound.ts";
import { namingSeries } from "./sequence.ts";

/** A naming series as Frappe writes it, such as `SINV-.YYYY.-.#####`, and how many names of it. */
export interface NamesInput extends Document {
  readonly series: string;
  readonly count: number;
}

/**
 * Reserves the next names of a naming series, as Frappe's `getseries` counts them: the series is the
 * rendered text before the counter, one for the tenant whatever pattern renders it.
 * Fails: pattern_*, at_*, field_*, name_too_long, sequence_exhausted, sequence_busy.
 */
export async function nextNames(
  call: OnceCall,
  { series, count, ...document }: NamesInput,
): Promise<Reserved> {
  return reserveRun(call, async () => {
    const definition = await namingDefinition(call);
    const pattern = parseFrappe(series, definition.fiscalYearStart);
    if (!pattern.ok) throw failureOfRefusal(pattern, "/series");
    const bound = boundForm({ ...definition, pattern: pattern.value }, document, call.now());
    // A number that is wider than it may be could be read as another field's.
    return fieldTouchesCounter(pattern.value)
      ? { definition, bound, count, last: highestNumber(pattern.value) }
      : { definition, bound, count };
  });
}

/** The sequence of the naming series; made when it is not there yet, by several at once as by one. */
export async function namingDefinition(call: Call): Promise<SequenceDefinition> {
  const known = await sequenceDefinition(call, namingSeries);
  if (known !== undefined) return known;
  await call.db.write(
    sql`SELECT make_naming_series_v1(${bytes(call.caller.digest)}, ${call.caller.tenant}::text)`,
  );
  const made = await sequenceDefinition(call, namingSeries);
  if (made === undefined) throw new Error("A sequence that was just made is not there.");
  return made;
}
