import type { FinalState } from "../final-state.ts";
import { bySeries, cover, isWithin, overlaps, seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";
import { ledgerRuns, recordedRuns } from "./owned.ts";
import type { OwnedRun } from "./owned.ts";

/** A number is recorded by one item, or voided, or neither; and it was reserved before. */
export function usedOnce(state: FinalState): Violation[] {
  const entries = state.ledger.filter(({ kind }) => kind === "reserved");
  const reserved = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  const violations: Violation[] = [];
  for (const [series, runs] of bySeries(usesIn(state), (run) => run.series)) {
    for (const [, { first, last }] of overlaps(runs)) {
      violations.push({ kind: "used_twice", series, first, last, calls: [] });
    }
    const stretches = cover(reserved.get(series) ?? []);
    for (const run of runs) {
      if (isWithin(stretches, run)) continue;
      const { first, last } = run;
      violations.push({ kind: "used_unreserved", series, first, last, calls: [] });
    }
  }
  return violations;
}

function usesIn(state: FinalState): OwnedRun[] {
  return [...ledgerRuns(state, "void"), ...recordedRuns(state)];
}
