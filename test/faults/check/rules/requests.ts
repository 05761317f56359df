import type { Drawing } from "../drawing.ts";
import type { FinalState } from "../final-state.ts";
import { isAnswered, isKeyed } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";
import { drawnByNobody, runsOfJob, stepsOf } from "./owned.ts";
import type { OwnedRun } from "./owned.ts";

/**
 * What was acknowledged is recorded under its key, what was refused is not, and every drawn number
 * belongs to a request that was sent, or to a lease of a process that notes for itself.
 */
export function requestsRecorded(
  operations: readonly Operation[],
  state: FinalState,
  drawings: readonly Drawing[],
): Violation[] {
  const recorded = new Set(state.requests.map(({ key }) => key));
  const violations: Violation[] = [];
  for (const { key, acknowledged, refused } of operations.filter(isKeyed)) {
    if (acknowledged.length > 0 && !recorded.has(key)) {
      const calls = acknowledged.map(({ id }) => id);
      violations.push({ kind: "answer_unrecorded", calls, facts: { key } });
    }
    if (acknowledged.length === 0 && refused.length > 0 && recorded.has(key)) {
      const calls = refused.map(({ id }) => id);
      violations.push({ kind: "refused_and_done", calls, facts: { key } });
    }
  }
  const owned = [...ownedRuns(operations, state), ...leasedRuns(drawings, state)];
  return [...violations, ...drawnByNobody(owned, state)];
}

/** The runs of the requests that were sent, as they are recorded. */
function ownedRuns(operations: readonly Operation[], state: FinalState): OwnedRun[] {
  const sent = new Set(operations.map(({ key }) => key));
  const jobs = new Map(state.jobs.map((job) => [job.id, job]));
  const steps = stepsOf(state);
  return state.requests
    .filter(({ key }) => sent.has(key))
    .flatMap(({ made }) => {
      const job = made.kind === "job" ? jobs.get(made.job) : undefined;
      if (job !== undefined) return runsOfJob(job, steps);
      if (made.kind !== "run") return [];
      const { sequence, period, first, last } = made;
      const series = seriesName(sequence, period);
      return [{ series, first, last, step: steps.get(series) ?? 1n }];
    });
}

/** The leases of processes whose requests are in no history. */
function leasedRuns(drawings: readonly Drawing[], { leases }: FinalState): OwnedRun[] {
  const holders = new Set(drawings.map(({ holder }) => holder));
  return leases
    .filter(({ holder }) => holders.has(holder))
    .map(({ sequence, period, first, last, step }) => {
      return { series: seriesName(sequence, period), first, last, step };
    });
}

/**
 * The service says when it cannot serve now (503); any other answer of 500 and above is a fault of its own.
 * So is a number that the ledger refused, since nobody restores the database here.
 */
export function plainAnswers(operations: readonly Operation[]): Violation[] {
  return operations.flatMap(({ calls, key }) =>
    calls.filter(isAnswered).flatMap(({ id, outcome }): Violation[] => {
      const refusedByLedger = outcome.body.includes('"counter_behind_ledger"');
      if (outcome.status < 500 || (outcome.status === 503 && !refusedByLedger)) return [];
      return [{ kind: "broken_answer", calls: [id], facts: { key, status: outcome.status } }];
    }),
  );
}
