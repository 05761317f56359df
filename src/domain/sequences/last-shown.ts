import type { SequenceDefinition } from "../definitions/definitions.ts";
import { maximumNumber } from "../patterns/pattern.ts";

/**
 * The last number that a sequence can show, when the series that it counts in goes on behind it; null when
 * the series tells.
 */
export function lastShown({ key, counter, ceiling }: SequenceDefinition): bigint | null {
  return counter.key !== key && ceiling < maximumNumber ? ceiling : null;
}
