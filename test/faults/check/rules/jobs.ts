import type { FinalState, ItemState } from "../final-state.ts";
import type { Violation } from "../violation.ts";

/**
 * Every job is done, with exactly its rows. No client of the run makes a name by hand that is one of a
 * sequence's, so that no job has a reason to leave a name out.
 */
export function jobsWhole(state: FinalState): Violation[] {
  const violations: Violation[] = [];
  let lots = 0;
  for (const { id, status, items } of state.jobs) {
    if (status !== "done") {
      violations.push({ kind: "job_unfinished", calls: [], facts: { job: id, status } });
    }
    for (const item of items) {
      lots += item.lots;
      if (isWhole(item)) continue;
      const { product, count, skipped, lots: found, lowest, highest, misnamed } = item;
      const facts = { job: id, product, count, found, skipped, lowest, highest, misnamed };
      violations.push({ kind: "job_rows_wrong", calls: [], facts });
    }
  }
  if (lots !== state.lots) {
    const facts = { lots: state.lots, of_items: lots };
    violations.push({ kind: "lots_of_nobody", calls: [], facts });
  }
  return violations;
}

function isWhole({ count, lots, skipped, first, last, lowest, highest, misnamed }: ItemState) {
  if (lots !== count || skipped !== 0 || misnamed !== 0) return false;
  // Names are unique, and each is that of its number: as many as the run has, within its bounds.
  return first === null || (lowest === first && highest === last);
}
