import type { FinalState } from "../final-state.ts";
import { isAnswered } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { bySeries, cover, isWithin, readReservation, seriesName } from "../runs.ts";
import type { Run } from "../runs.ts";
import type { Violation } from "../violation.ts";

/**
 * What was acknowledged is recorded under its key, what was refused is not, and every drawn number
 * belongs to a request that was sent.
 */
export function requestsRecorded(operations: readonly Operation[], state: FinalState): Violation[] {
  const recorded = new Set(state.requests.map(({ key }) => key));
  const violations: Violation[] = [];
  for (const { key, acknowledged, refused } of operations) {
    if (acknowledged.length > 0 && !recorded.has(key)) {
      const calls = acknowledged.map(({ id }) => id);
      violations.push({ kind: "answer_unrecorded", calls, facts: { key } });
    }
    if (acknowledged.length === 0 && refused.length > 0 && recorded.has(key)) {
      const calls = refused.map(({ id }) => id);
      violations.push({ kind: "refused_and_done", calls, facts: { key } });
    }
  }
  return [...violations, ...drawnByNobody(operations, state)];
}

function drawnByNobody(operations: readonly Operation[], state: FinalState): Violation[] {
  const sent = new Set(operations.map(({ key }) => key));
  const jobs = new Map(state.jobs.map((job) => [job.id, job]));
  const steps = new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
  const owned: (Run & { series: string })[] = [];
  const own = (series: string, first: bigint, last: bigint): void => {
    owned.push({ series, first, last, step: steps.get(series) ?? 1n });
  };
  for (const { key, made } of state.requests) {
    if (!sent.has(key)) continue;
    if (made.kind === "run") {
      const { sequence, period, first, last } = made;
      own(seriesName(sequence, period), first, last);
    } else if (made.kind === "job") {
      for (const { first, last, reservation, presented } of jobs.get(made.job)?.items ?? []) {
        const series = readReservation(reservation ?? "")?.series;
        if (series === undefined || presented || first === null || last === null) continue;
        own(series, first, last);
      }
    }
  }
  const owners = bySeries(owned, ({ series }) => series);
  const stretches = new Map([...owners].map(([series, runs]) => [series, cover(runs)]));
  return state.ledger
    .filter(({ kind }) => kind === "reserved")
    .map((entry) => ({ ...entry, series: seriesName(entry.sequence, entry.period) }))
    .filter((entry) => !isWithin(stretches.get(entry.series) ?? [], entry))
    .map(({ series, first, last }) => ({
      kind: "drawn_by_nobody",
      series,
      first,
      last,
      calls: [],
    }));
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
