import type { FinalState } from "../final-state.ts";
import { keptOf } from "../kept.ts";
import type { Operation } from "../operations.ts";
import { bySeries, cover, isWithin, seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";
import { restOf, runOfItem, stepsOf } from "./owned.ts";

/**
 * What was told to be cancelled is; nothing is that nobody asked for; and what a cancelled job or receipt
 * drew and does not keep is voided.
 */
export function takenBack(operations: readonly Operation[], state: FinalState): Violation[] {
  return [
    ...operations.flatMap((operation) => lostCancels(operation, state)),
    ...cancelledByNobody(operations, state),
    ...leftOpen(state),
  ];
}

function lostCancels({ wanted, acknowledged }: Operation, state: FinalState): Violation[] {
  if (acknowledged.length === 0) return [];
  const found =
    wanted.kind === "cancel job"
      ? state.jobs.find(({ id }) => id === wanted.job)
      : wanted.kind === "cancel receipt"
        ? state.receipts.find(({ id }) => id === wanted.receipt)
        : { status: "cancelled" };
  if (found?.status === "cancelled") return [];
  const calls = acknowledged.map(({ id }) => id);
  return [{ kind: "cancel_lost", calls, facts: { status: found?.status ?? null } }];
}

function cancelledByNobody(operations: readonly Operation[], state: FinalState): Violation[] {
  const receipts = new Set<string>();
  const jobs = new Set<string | null>();
  for (const { wanted } of operations) {
    if (wanted.kind === "cancel receipt") receipts.add(wanted.receipt);
    if (wanted.kind === "cancel job") jobs.add(wanted.job);
  }
  for (const { id, job } of state.receipts) if (receipts.has(id)) jobs.add(job);
  return [
    ...state.receipts.filter(({ id }) => !receipts.has(id)),
    ...state.jobs.filter(({ id }) => !jobs.has(id)),
  ]
    .filter(({ status }) => status === "cancelled")
    .map(({ id }) => ({ kind: "cancelled_by_nobody", calls: [], facts: { id } }));
}

/** Numbers that a job drew, will not record, and has not voided. */
function leftOpen(state: FinalState): Violation[] {
  const steps = stepsOf(state);
  const kept = keptOf(state);
  const entries = state.ledger.filter(({ kind }) => kind === "void");
  const voids = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  const stretches = new Map([...voids].map(([series, rows]) => [series, cover(rows)]));
  return state.jobs.flatMap((job) =>
    job.items.flatMap((item): Violation[] => {
      const run = item.presented ? undefined : runOfItem(item, steps);
      const rest = run && restOf(run, kept(job, item));
      if (rest === undefined || isWithin(stretches.get(rest.series) ?? [], rest)) return [];
      const { series, first, last } = rest;
      return [{ kind: "rest_not_voided", series, first, last, calls: [], facts: { job: job.id } }];
    }),
  );
}
