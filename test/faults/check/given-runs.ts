import type { FinalState } from "./final-state.ts";
import type { Operation } from "./operations.ts";
import { jobTold } from "./operations.ts";
import type { Run } from "./runs.ts";
import { readReservation, seriesName } from "./runs.ts";

/** A run that somebody was told is theirs. */
export interface GivenRun extends Run {
  readonly series: string;
  readonly operation: Operation;
}

/**
 * Every run that was given: reservations, and what items of jobs drew. How long an item's run is follows
 * from what was asked and from the step of the series, not from what the database says of the job.
 */
export function givenRuns(operations: readonly Operation[], state: FinalState): GivenRun[] {
  const steps = new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
  const given: GivenRun[] = [];
  for (const operation of operations) {
    const { wanted, told } = operation;
    if (told?.kind === "reserve") {
      const { sequence, series, first, last, step } = told.reservation;
      given.push({
        series: seriesName(sequence, series ?? ""),
        first: BigInt(first),
        last: BigInt(last),
        step: BigInt(step),
        operation,
      });
    }
    const presents = (place: number): boolean => {
      const item = wanted.kind === "lots" ? wanted.items[place] : undefined;
      return item !== undefined && "reservation" in item;
    };
    for (const [place, { count, reservation }] of (jobTold(told)?.items ?? []).entries()) {
      const start = reservation === null ? undefined : readReservation(reservation);
      if (start === undefined || presents(place)) continue;
      const step = steps.get(start.series) ?? 1n;
      given.push({ ...start, last: start.first + BigInt(count - 1) * step, step, operation });
    }
  }
  return given;
}

/** Places in the history of the calls that were told of the run. */
export function callsOf({ operation }: GivenRun): number[] {
  return operation.acknowledged.map(({ id }) => id);
}
