import type { Pattern } from "../patterns/pattern.ts";
import type { Reset } from "../sequences/period.ts";

/**
 * A pattern as a sequence uses it, or has used it: what decides which names it can have given.
 * A sequence has one for every pattern under which it ever gave a number, and the present one.
 */
export type PatternVersion = {
  /** The key of the sequence. */
  readonly sequence: string;
  /** The key of the sequence in whose series it counts. */
  readonly counter: string;
  readonly pattern: Pattern;
  /**
   * The lowest number: the sequence's `start`, or for a version that is not drawn from any more the
   * lowest that it gave. Zero is always safe. Steps are not looked at, as they can be changed.
   */
  readonly first: bigint;
  /**
   * The highest number: the sequence's ceiling, so that it says what `overflow` says (`reject` ends
   * with the last number of the width, `widen` with the greatest of all); or for a version that is
   * not drawn from any more the highest that it gave.
   */
  readonly last: bigint;
  /** What tokens of the period go by. */
  readonly reset: Reset;
  /** `MM-DD`: what tokens of the fiscal year go by. */
  readonly fiscalYearStart: string;
  /** The naming series as it was sent, of a pattern that came with a request for names. */
  readonly series?: string;
};
