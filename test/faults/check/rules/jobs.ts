import type { FinalState, ItemState } from "../final-state.ts";
import { keptOf } from "../kept.ts";
import type { Violation } from "../violation.ts";

/**
 * Every job is done or cancelled, with exactly its rows. No client of the run makes a name by hand that is
 * one of a sequence's, so that no job has a reason to leave a name out.
 */
export function jobsWhole(state: FinalState): Violation[] {
  const kept = keptOf(state);
  const violations: Violation[] = [];
  let lots = 0;
  for (const job of state.jobs) {
    const { id, status, items } = job;
    if (status !== "done" && status !== "cancelled") {
      violations.push({ kind: "job_unfinished", calls: [], facts: { job: id, status } });
    }
    for (const item of items) {
      lots += item.lots;
      const expected = kept(job, item);
      if (isWhole(item, expected)) continue;
      const { product, count, skipped, lots: found, lowest, highest, misnamed } = item;
      const facts = {
        job: id,
        product,
        count,
        expected,
        found,
        skipped,
        lowest,
        highest,
        misnamed,
      };
      violations.push({ kind: "job_rows_wrong", calls: [], facts });
    }
  }
  if (lots !== state.lots) {
    const facts = { lots: state.lots, of_items: lots };
    violations.push({ kind: "lots_of_nobody", calls: [], facts });
  }
  return violations;
}

function isWhole(item: ItemState, expected: number): boolean {
  const { count, lots, skipped, first, last, lowest, highest, misnamed } = item;
  if (lots !== expected || skipped !== 0 || misnamed !== 0) return false;
  if (first === null || last === null || expected === 0) return true;
  // Names are unique, and each is that of its number: as many as the run has, within its bounds.
  const step = count > 1 ? (last - first) / BigInt(count - 1) : 1n;
  return lowest === first && highest === first + BigInt(expected - 1) * step;
}
