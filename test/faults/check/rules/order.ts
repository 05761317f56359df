import { callsOf } from "../given-runs.ts";
import type { GivenRun } from "../given-runs.ts";
import { bySeries } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** A run that was acknowledged before another was asked for is the lower one. */
export function inRealTimeOrder(given: readonly GivenRun[]): Violation[] {
  const violations: Violation[] = [];
  for (const [series, runs] of bySeries(given, (run) => run.series)) {
    const byEnd = runs.toSorted((a, b) => a.operation.done - b.operation.done);
    let ended = 0;
    let highest: GivenRun | undefined;
    for (const run of runs.toSorted((a, b) => a.operation.begun - b.operation.begun)) {
      for (; ended < byEnd.length; ended += 1) {
        const earlier = byEnd[ended];
        if (earlier === undefined || earlier.operation.done >= run.operation.begun) break;
        if (highest === undefined || earlier.last > highest.last) highest = earlier;
      }
      if (highest === undefined || highest.last < run.first) continue;
      violations.push({
        kind: "out_of_order",
        series,
        first: run.first,
        last: run.last,
        calls: [...callsOf(highest), ...callsOf(run)],
        facts: { acknowledged_before: highest.last },
      });
    }
  }
  return violations;
}
