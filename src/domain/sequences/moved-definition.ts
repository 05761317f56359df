import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { sequenceDefinition } from "../definitions/load.ts";
import { namingDefinition } from "../naming-series/next.ts";
import { namingSeries } from "../naming-series/sequence.ts";
import { checkSeries } from "./named-series.ts";

/**
 * A sequence of which counters are to be moved, or the one of `series`. The naming series need not be there
 * yet: a counter of another system is taken over before its first name is asked for.
 * Fails: sequence_not_found, series_malformed.
 */
export async function movedDefinition(
  call: Call,
  key: string,
  series: string | undefined,
): Promise<SequenceDefinition> {
  const definition =
    key === namingSeries ? await namingDefinition(call) : await sequenceDefinition(call, key);
  if (definition === undefined) return fail("sequence_not_found", { sequence: key });
  if (series !== undefined) checkSeries(key, series, definition);
  return definition;
}
