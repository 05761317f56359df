import type { FinalState } from "./final-state.ts";
import { jobTold } from "./answers.ts";
import type { Operation } from "./operations.ts";
import type { Run } from "./runs.ts";
import { readReservation, seriesName } from "./runs.ts";

/** A run that somebody was told is theirs. */
export interface GivenRun extends Run {
  readonly series: string;
  /** When it was first asked for. */
  readonly begun: number;
  /** When somebody was first told of it. */
  readonly done: number;
  /** Numbers that were asked for; undefined for what an item of a job drew. */
  readonly asked: number | undefined;
  /** Places in the history of the calls that were told of it. */
  readonly calls: readonly number[];
}

/**
 * Every run that was given: reservations, names of a naming series, and what items of jobs drew. How long an
 * item's run is follows from what was asked and from the step of the series, not from what the database says
 * of the job.
 */
export function givenRuns(operations: readonly Operation[], state: FinalState): GivenRun[] {
  const steps = new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
  return operations.flatMap((operation) => [
    ...runOfRequest(operation),
    ...runsOfItems(operation, steps),
  ]);
}

function runOfRequest({ wanted, told, begun, done, acknowledged }: Operation): GivenRun[] {
  if (wanted.kind !== "reserve" && wanted.kind !== "names") return [];
  if (told?.kind !== "reserve" && told?.kind !== "names") return [];
  const { first, last } = told.answer;
  const id = told.kind === "reserve" ? told.answer.id : told.answer.reservation;
  const step = told.kind === "reserve" ? BigInt(told.answer.step) : 1n;
  const series = readReservation(id)?.series ?? id;
  const calls = acknowledged.map((call) => call.id);
  const asked = wanted.count;
  return [{ series, first: BigInt(first), last: BigInt(last), step, begun, done, asked, calls }];
}

function runsOfItems(
  { wanted, told, begun, done, acknowledged }: Operation,
  steps: ReadonlyMap<string, bigint>,
): GivenRun[] {
  const presents = (place: number): boolean => {
    const item = wanted.kind === "lots" ? wanted.items[place] : undefined;
    return item !== undefined && "reservation" in item;
  };
  const calls = acknowledged.map((call) => call.id);
  return (jobTold(told)?.items ?? []).flatMap(({ count, reservation }, place) => {
    const start = reservation === null ? undefined : readReservation(reservation);
    if (start === undefined || presents(place)) return [];
    const step = steps.get(start.series) ?? 1n;
    const last = start.first + BigInt(count - 1) * step;
    return [{ ...start, last, step, begun, done, asked: undefined, calls }];
  });
}
