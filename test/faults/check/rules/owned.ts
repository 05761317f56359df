import type { FinalState, ItemState, JobState } from "../final-state.ts";
import { keptOf } from "../kept.ts";
import { bySeries, cover, isWithin, readReservation, seriesName } from "../runs.ts";
import type { Run } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** A run of numbers that belongs to somebody. */
export interface OwnedRun extends Run {
  readonly series: string;
}

/** The step of each series. */
export function stepsOf(state: FinalState): ReadonlyMap<string, bigint> {
  return new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
}

/** The run of an item whose names are numbers. */
export function runOfItem(
  { first, last, reservation }: ItemState,
  steps: ReadonlyMap<string, bigint>,
): OwnedRun | undefined {
  const series = readReservation(reservation ?? "")?.series;
  if (series === undefined || first === null || last === null) return undefined;
  return { series, first, last, step: steps.get(series) ?? 1n };
}

/** A run without all but its first so many numbers; undefined when nothing is left of it. */
export function firstOf(run: OwnedRun, count: number): OwnedRun | undefined {
  return count === 0 ? undefined : { ...run, last: run.first + BigInt(count - 1) * run.step };
}

/** A run without its first so many numbers; undefined when nothing is left of it. */
export function restOf(run: OwnedRun, count: number): OwnedRun | undefined {
  const first = run.first + BigInt(count) * run.step;
  return first > run.last ? undefined : { ...run, first };
}

/** The runs that a job drew. */
export function runsOfJob({ items }: JobState, steps: ReadonlyMap<string, bigint>): OwnedRun[] {
  return items.flatMap((item) => (item.presented ? [] : (runOfItem(item, steps) ?? [])));
}

/** What the items of all jobs have recorded, and keep. */
export function recordedRuns(state: FinalState): OwnedRun[] {
  const steps = stepsOf(state);
  const kept = keptOf(state);
  return state.jobs.flatMap((job) =>
    job.items.flatMap((item) => {
      const run = runOfItem(item, steps);
      return (run && firstOf(run, kept(job, item))) ?? [];
    }),
  );
}

/** The entries of the ledger of one kind. */
export function ledgerRuns({ ledger }: FinalState, wanted: string): OwnedRun[] {
  return ledger
    .filter(({ kind }) => kind === wanted)
    .map(({ sequence, period, first, last, step }) => {
      return { series: seriesName(sequence, period), first, last, step };
    });
}

/** Every reserved number belongs to somebody. */
export function drawnByNobody(owned: readonly OwnedRun[], state: FinalState): Violation[] {
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
