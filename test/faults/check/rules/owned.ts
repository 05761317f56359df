import type { FinalState, JobState } from "../final-state.ts";
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

/** The runs that a job drew. */
export function runsOfJob({ items }: JobState, steps: ReadonlyMap<string, bigint>): OwnedRun[] {
  return items.flatMap(({ first, last, reservation, presented }) => {
    const series = readReservation(reservation ?? "")?.series;
    if (series === undefined || presented || first === null || last === null) return [];
    return [{ series, first, last, step: steps.get(series) ?? 1n }];
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
