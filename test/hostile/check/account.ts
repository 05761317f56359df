import type { FinalState } from "../../faults/check/final-state.ts";
import { everyNumberAccounted } from "../../faults/check/rules/accounted.ts";
import { drawnByNobody, runsOfJob, stepsOf } from "../../faults/check/rules/owned.ts";
import type { OwnedRun } from "../../faults/check/rules/owned.ts";
import { seriesName } from "../../faults/check/runs.ts";
import type { Violation } from "../../faults/check/violation.ts";
import type { Told } from "./told.ts";

/**
 * Holds what a tenant was told against what its database has: every number that a counter has passed
 * belongs to a request that succeeded, or that nobody has an answer to. So none was drawn by one that was
 * refused, and nothing else was done by one.
 */
export function accountOf(told: Told, state: FinalState): Violation[] {
  return [
    ...everyNumberAccounted([], state, { crashes: 0, disturbed: false }, []),
    ...drawnByNobody(ownedRuns(told, state), state),
    ...doneByRefused(told, state),
  ];
}

/** What the answers told, and of requests without an answer what is recorded. */
function ownedRuns(told: Told, state: FinalState): OwnedRun[] {
  const steps = stepsOf(state);
  const jobs = new Set(told.jobs);
  const owned: OwnedRun[] = [...told.runs];
  for (const { key, made } of state.requests) {
    if (!told.open.has(key)) continue;
    if (made.kind === "job") jobs.add(made.job);
    if (made.kind === "run") {
      const series = seriesName(made.sequence, made.period);
      owned.push({ series, first: made.first, last: made.last, step: steps.get(series) ?? 1n });
    }
  }
  const ofJobs = state.jobs
    .filter(({ id }) => jobs.has(id))
    .flatMap((job) => runsOfJob(job, steps));
  return [...owned, ...ofJobs];
}

function doneByRefused(told: Told, state: FinalState): Violation[] {
  return state.requests
    .filter(({ key }) => !told.succeeded.has(key) && !told.open.has(key))
    .map(({ key }) => ({
      kind: "refused_and_done",
      calls: [],
      facts: { key, refused: told.refused.get(key) ?? "never seen" },
    }));
}
