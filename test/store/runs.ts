import { expect } from "vitest";

/** A run of numbers, both ends included. */
export interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

/** A run from the decimal strings of an answer or of the store. */
export function runOf({ first, last }: { first: string; last: string }): Run {
  return { first: BigInt(first), last: BigInt(last) };
}

/**
 * Runs of step 1, in any order, must follow one another from `start` without a gap or an overlap.
 * Returns the number behind the last one.
 */
export function expectSeamless(runs: readonly Run[], start: bigint): bigint {
  let next = start;
  for (const run of runs.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    expect(run.first, "gap or overlap").toBe(next);
    expect(run.last).toBeGreaterThanOrEqual(run.first);
    next = run.last + 1n;
  }
  return next;
}

/** No two runs, in any order, may share a number. */
export function expectDisjoint(runs: readonly Run[]): void {
  let passed = -1n;
  for (const run of runs.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    expect(run.first, "a number was given twice").toBeGreaterThan(passed);
    passed = run.last;
  }
}
