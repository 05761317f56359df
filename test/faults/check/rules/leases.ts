import type { LeaseAnswer } from "../answers.ts";
import type { FinalState, LeaseState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { numbersIn, seriesName, together, without } from "../runs.ts";
import { reservationOf, stretchOf } from "../tellings.ts";
import type { Violation } from "../violation.ts";

/**
 * A lease that somebody was told of is there with its run, its holder and its token, and none is of a gapless
 * series. Used, given back and open ones add up to its numbers, in every answer and at the end.
 */
export function leasesKept(operations: readonly Operation[], state: FinalState): Violation[] {
  const leases = new Map(state.leases.map((lease) => [lease.id, lease]));
  return [
    ...operations.flatMap((operation) => lostLease(operation, leases)),
    ...operations.flatMap(wrongAnswer),
    ...ofGapless(state),
    ...state.leases.flatMap(wrongSums),
  ];
}

function lostLease(
  { told, acknowledged }: Operation,
  leases: ReadonlyMap<string, LeaseState>,
): Violation[] {
  if (told?.kind !== "lease") return [];
  const { id, reservation, first, last, step, holder, token } = told.answer;
  const found = leases.get(id);
  const isSame =
    found !== undefined &&
    reservationOf(found) === reservation &&
    [found.first, found.last, found.step].join() === [first, last, step].join() &&
    found.holder === holder &&
    found.token === token;
  if (isSame) return [];
  const calls = acknowledged.map((call) => call.id);
  return [{ kind: "lease_missing", calls, facts: { lease: id } }];
}

function wrongAnswer({ told, acknowledged }: Operation): Violation[] {
  const answer = leaseIn(told);
  if (answer === undefined) return [];
  const { id, used, late, given_back: givenBack, open, count } = answer;
  if (used + givenBack + open === count && late <= used) return [];
  const calls = acknowledged.map((call) => call.id);
  const facts = { lease: id, used, late, given_back: givenBack, open, count };
  return [{ kind: "lease_sums_wrong", calls, facts }];
}

function leaseIn(told: Operation["told"]): LeaseAnswer | undefined {
  const isOfLease =
    told?.kind === "lease" ||
    told?.kind === "report" ||
    told?.kind === "give back" ||
    told?.kind === "renew";
  return isOfLease ? told.answer : undefined;
}

function ofGapless({ series, leases }: FinalState): Violation[] {
  const gapless = new Set(
    series
      .filter(({ mode }) => mode === "gapless")
      .map(({ sequence, period }) => seriesName(sequence, period)),
  );
  return leases
    .filter(({ sequence, period }) => gapless.has(seriesName(sequence, period)))
    .map(({ id, first, last }) => ({
      kind: "lease_gapless",
      first,
      last,
      calls: [],
      facts: { lease: id },
    }));
}

function wrongSums(lease: LeaseState): Violation[] {
  const { id, step, used, late, givenBack, open, isClosed } = lease;
  const run = [stretchOf(lease)];
  const told = together(used, givenBack);
  const left = numbersIn(without(run, told), step);
  const isRight =
    left === open &&
    (open === 0n) === isClosed &&
    without(told, run).length === 0 &&
    without(late, used).length === 0;
  if (isRight) return [];
  const facts = { lease: id, open, left };
  return [{ kind: "lease_sums_wrong", calls: [], facts }];
}
