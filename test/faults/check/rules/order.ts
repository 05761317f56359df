import type { GivenRun } from "../given-runs.ts";
import { bySeries } from "../runs.ts";
import type { Violation } from "../violation.ts";

/**
 * A run that was acknowledged before another was asked for is the lower one. A counter that is set back
 * changes nothing of that: it never goes back to a number that was given.
 */
export function inRealTimeOrder(given: readonly GivenRun[]): Violation[] {
  const violations: Violation[] = [];
  for (const [series, runs] of bySeries(given, (run) => run.series)) {
    const byEnd = runs.toSorted((a, b) => a.done - b.done);
    let ended = 0;
    let highest: GivenRun | undefined;
    for (const run of runs.toSorted((a, b) => a.begun - b.begun)) {
      for (; ended < byEnd.length; ended += 1) {
        const earlier = byEnd[ended];
        if (earlier === undefined || earlier.done >= run.begun) break;
        if (highest === undefined || earlier.last > highest.last) highest = earlier;
      }
      if (highest === undefined || highest.last < run.first) continue;
      violations.push({
        kind: "out_of_order",
        series,
        first: run.first,
        last: run.last,
        calls: [...highest.calls, ...run.calls],
        facts: { acknowledged_before: highest.last },
      });
    }
  }
  return violations;
}
