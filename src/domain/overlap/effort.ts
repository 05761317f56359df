/**
 * How much may still be tried. One unit is about a hundredth of a millisecond; a search that would
 * need more ends without an answer, so that no pattern can hold a request up.
 */
export type Effort = { left: number };

/** Takes `units`, and tells whether there were any left. */
export function spend(effort: Effort, units: number): boolean {
  effort.left -= units;
  return effort.left >= 0;
}
