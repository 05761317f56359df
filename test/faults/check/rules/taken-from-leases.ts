import type { FinalState, LeaseState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { bySeries, common, cover, seriesName, together, without } from "../runs.ts";
import type { Stretch } from "../runs.ts";
import { reservationOf, stretchOf, tellingsOf } from "../tellings.ts";
import type { Telling } from "../tellings.ts";
import type { Violation } from "../violation.ts";
import { ledgerRuns, recordedRuns, runOfItem, stepsOf } from "./owned.ts";

/**
 * Nobody but the holder of a lease takes numbers of it: none of those that are out at the end is void or
 * recorded, and who voided or recorded some did so after the holder had begun to report them.
 */
export function nothingTaken(operations: readonly Operation[], state: FinalState): Violation[] {
  return [...takenAtTheEnd(state), ...takenTooEarly(operations, state)];
}

function violation(
  { id, sequence, period, step }: LeaseState,
  [taken]: readonly Stretch[],
  calls: readonly number[],
): Violation[] {
  if (taken === undefined) return [];
  const series = seriesName(sequence, period);
  const run = { first: taken.from, last: taken.to - step };
  return [{ kind: "taken_from_lease", series, ...run, calls, facts: { lease: id } }];
}

function takenAtTheEnd(state: FinalState): Violation[] {
  const uses = [...ledgerRuns(state, "void"), ...recordedRuns(state)];
  const bySeriesOf = bySeries(uses, ({ series }) => series);
  const covers = new Map([...bySeriesOf].map(([series, runs]) => [series, cover(runs)]));
  return state.leases.flatMap((lease) => {
    const out = without([stretchOf(lease)], together(lease.used, lease.givenBack));
    const taken = covers.get(seriesName(lease.sequence, lease.period)) ?? [];
    return violation(lease, common(out, taken), []);
  });
}

function takenTooEarly(operations: readonly Operation[], state: FinalState): Violation[] {
  const leases = new Map(state.leases.map((lease) => [reservationOf(lease), lease]));
  const tellings = tellingsOf(operations, state);
  const taking = takingOf(state);
  return operations.flatMap((operation) =>
    taking(operation).flatMap(({ reservation, numbers }) => {
      const lease = leases.get(reservation);
      if (lease === undefined) return [];
      const told = toldUntil(operation.done, tellings.get(lease.id) ?? []);
      const calls = operation.acknowledged.map(({ id }) => id);
      return violation(lease, without(together(numbers(lease)), told), calls);
    }),
  );
}

function toldUntil(moment: number, tellings: readonly Telling[]): Stretch[] {
  return together(
    ...tellings.filter(({ begun }) => begun <= moment).map((telling) => telling.used),
  );
}

interface Taking {
  readonly reservation: string;
  readonly numbers: (lease: LeaseState) => Stretch[];
}

/** What a request that succeeded took of reservations. The holder of a lease tells of it by the same request. */
function takingOf(state: FinalState): (operation: Operation) => Taking[] {
  const steps = stepsOf(state);
  const jobs = new Map(state.jobs.map((job) => [job.id, job]));
  return ({ wanted, told }) => {
    if (told?.kind === "void") {
      const { reservation, voided } = told.answer;
      const numbers: Taking["numbers"] = ({ step }) =>
        voided.map(({ first, last }) =>
          stretchOf({ first: BigInt(first), last: BigInt(last), step }),
        );
      return [{ reservation, numbers }];
    }
    if (wanted.kind !== "lots" || told?.kind !== "lots") return [];
    const items = jobs.get(told.answer.id)?.items ?? [];
    return wanted.items.flatMap((item, place): Taking[] => {
      const run = items[place] && runOfItem(items[place], steps);
      if (!("reservation" in item) || run === undefined) return [];
      return [{ reservation: item.reservation, numbers: () => [stretchOf(run)] }];
    });
  };
}
