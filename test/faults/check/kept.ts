import type { FinalState, ItemState, JobState } from "./final-state.ts";

/**
 * How many lots of an item have to be there in the end: all of a job that is done, none of a receipt that
 * was taken back, and of another job that was cancelled those that were recorded by then.
 */
export type Kept = (job: JobState, item: ItemState) => number;

export function keptOf(state: FinalState): Kept {
  const taken = new Set(
    state.receipts.filter(({ status }) => status === "cancelled").map(({ job }) => job),
  );
  return ({ id, status }, { count, passed }) => {
    if (taken.has(id)) return 0;
    return status === "cancelled" ? passed : count;
  };
}
