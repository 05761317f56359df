import type { Refused } from "../../errors.ts";
import type { Overlap } from "./find-overlap.ts";
import type { SelfClash } from "./find-self-clash.ts";
import type { Reading } from "./side.ts";
import type { PatternVersion } from "./version.ts";

/**
 * `pattern_overlap` (409) {sequence, other_sequence, name, given_by}: how the candidate, then the
 * other version, gives the name. `name` is null and `given_by` empty when there is no example.
 * `other_series` is the text of the other when it came with a request for names. With `imported` the
 * candidate is a row of a file.
 */
export function overlapRefusal(
  candidate: PatternVersion,
  { other, example }: Overlap<PatternVersion>,
  { imported = false }: { readonly imported?: boolean } = {},
): Refused {
  return {
    code: "pattern_overlap",
    facts: {
      sequence: candidate.sequence,
      other_sequence: other.sequence,
      ...(other.series === undefined ? {} : { other_series: other.series }),
      name: example?.name ?? null,
      given_by: example === null ? [] : [example.one, example.other].map(written),
      ...(imported ? { imported } : {}),
    },
    pointer: "/pattern",
  };
}

/**
 * `pattern_self_clash` (422) {reset, periods, problem, name, given_by}: how each of the two periods
 * gives the name. `name` is null and `given_by` empty when there is no example.
 */
export function selfClashRefusal({ reset, periods, problem, example }: SelfClash): Refused {
  return {
    code: "pattern_self_clash",
    facts: {
      reset,
      periods,
      problem,
      name: example?.name ?? null,
      given_by: example === null ? [] : [example.one, example.other].map(written),
    },
    pointer: "/pattern",
  };
}

/** A reading as facts, with its number as the wire has it. */
function written({ number, ...shown }: Reading): object {
  return { number: String(number), ...shown };
}
