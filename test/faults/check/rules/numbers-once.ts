import type { FinalState } from "../final-state.ts";
import type { GivenRun } from "../given-runs.ts";
import { bySeries, countOf, overlaps, seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** Entries of the ledger after which a number is used up. */
export const used: ReadonlySet<string> = new Set(["reserved", "skip", "fence", "burned"]);

/** No number is given twice, neither to two requests nor in the ledger. */
export function numbersOnce(given: readonly GivenRun[], state: FinalState): Violation[] {
  const violations: Violation[] = [];
  for (const [series, runs] of bySeries(given, (run) => run.series)) {
    for (const [before, run] of overlaps(runs)) {
      const calls = [...before.calls, ...run.calls];
      violations.push({ kind: "number_twice", series, first: run.first, last: run.last, calls });
    }
  }
  const entries = state.ledger.filter(({ kind }) => used.has(kind));
  const named = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  for (const [series, rows] of named) {
    for (const [, { first, last }] of overlaps(rows)) {
      violations.push({ kind: "ledger_overlap", series, first, last, calls: [] });
    }
  }
  return violations;
}

/** A reservation has as many numbers as were asked for. */
export function wholeRuns(given: readonly GivenRun[]): Violation[] {
  return given.flatMap((run): Violation[] => {
    const { series, first, last, asked, calls } = run;
    if (asked === undefined || countOf(run) === BigInt(asked)) return [];
    return [{ kind: "wrong_count", series, first, last, calls, facts: { asked } }];
  });
}
