import type { JobAnswer } from "./answers.ts";
import { jobTold } from "./answers.ts";
import type { FinalState } from "./final-state.ts";
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
 * Every run that was given: reservations, leases, names of a naming series, and what items of jobs drew. How long an
 * item's run is follows from what was asked and from the step of the series, not from what the database says
 * of the job.
 */
export function givenRuns(operations: readonly Operation[], state: FinalState): GivenRun[] {
  const steps = new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
  const jobs = new Map<string, GivenRun[]>();
  for (const operation of operations) {
    const job = jobTold(operation.told);
    if (job === undefined) continue;
    // A count that was applied by several requests has one job, whoever of them made it.
    const others = jobs.get(job.id) ?? [];
    jobs.set(
      job.id,
      runsOfItems(operation, job, steps).map((run, place) => together(run, others[place])),
    );
  }
  return [...operations.flatMap(runOfRequest), ...[...jobs.values()].flat()];
}

/** A run that two requests were told of, as the one that it is. */
function together(run: GivenRun, other: GivenRun | undefined): GivenRun {
  if (other === undefined) return run;
  return {
    ...run,
    begun: Math.min(run.begun, other.begun),
    done: Math.min(run.done, other.done),
    calls: [...other.calls, ...run.calls],
  };
}

function runOfRequest({ wanted, told, begun, done, acknowledged }: Operation): GivenRun[] {
  if (wanted.kind !== "reserve" && wanted.kind !== "names" && wanted.kind !== "lease") return [];
  if (told?.kind !== "reserve" && told?.kind !== "names" && told?.kind !== "lease") return [];
  const { first, last } = told.answer;
  const id = told.kind === "reserve" ? told.answer.id : told.answer.reservation;
  const step = told.kind === "names" ? 1n : BigInt(told.answer.step);
  const series = readReservation(id)?.series ?? id;
  const calls = acknowledged.map((call) => call.id);
  const asked = wanted.count;
  return [{ series, first: BigInt(first), last: BigInt(last), step, begun, done, asked, calls }];
}

function runsOfItems(
  { wanted, begun, done, acknowledged }: Operation,
  job: JobAnswer,
  steps: ReadonlyMap<string, bigint>,
): GivenRun[] {
  const presents = (place: number): boolean => {
    const item = wanted.kind === "lots" ? wanted.items[place] : undefined;
    return item !== undefined && "reservation" in item;
  };
  const calls = acknowledged.map((call) => call.id);
  return job.items.flatMap(({ count, reservation }, place) => {
    const start = reservation === null ? undefined : readReservation(reservation);
    if (start === undefined || presents(place)) return [];
    const step = steps.get(start.series) ?? 1n;
    const last = start.first + BigInt(count - 1) * step;
    return [{ ...start, last, step, begun, done, asked: undefined, calls }];
  });
}
