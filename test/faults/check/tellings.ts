import type { FinalState, LeaseState } from "./final-state.ts";
import type { Operation } from "./operations.ts";
import { bySeries, seriesName } from "./runs.ts";
import type { Run, Stretch } from "./runs.ts";
import { runOfItem, stepsOf } from "./rules/owned.ts";
import type { WantedUse } from "./wanted.ts";

/** Something that the holder of a lease told of it, and that was carried out. */
export interface Telling {
  readonly lease: string;
  /** The numbers that it says are used. */
  readonly used: readonly Stretch[];
  readonly givesBack: boolean;
  /** It was carried out not before. */
  readonly begun: number;
  /** When the holder was answered; Infinity: never. */
  readonly done: number;
  readonly calls: readonly number[];
}

/** A run as a stretch. */
export function stretchOf({ first, last, step }: Run): Stretch {
  return { from: first, to: last + step };
}

/** The id of the reservation that a lease is. */
export function reservationOf({ sequence, period, first }: LeaseState): string {
  return `${seriesName(sequence, period)}:${first}`;
}

/**
 * What holders told, by the lease: reports, what is given back, and lots that were recorded with the lease's
 * token. Without what was refused, and what somebody told who showed another token.
 */
export function tellingsOf(
  operations: readonly Operation[],
  state: FinalState,
): Map<string, Telling[]> {
  const recorded = new Map(state.requests.map(({ key, made }) => [key, made]));
  const leases = new Map(state.leases.map((lease) => [lease.id, lease]));
  const ofReservations = new Map(state.leases.map((lease) => [reservationOf(lease), lease]));
  const jobs = new Map(state.jobs.map((job) => [job.id, job]));
  const steps = stepsOf(state);
  const tellings = operations.flatMap((operation): Telling[] => {
    const { key, wanted, told, begun, done, calls, acknowledged } = operation;
    const made = recorded.get(key);
    if (acknowledged.length === 0 && made === undefined) return [];
    const facts = { begun, done, calls: calls.map(({ id }) => id) };
    if (wanted.kind === "report" || wanted.kind === "give back") {
      const lease = leases.get(wanted.lease);
      if (lease?.token !== wanted.token) return [];
      const givesBack = wanted.kind === "give back";
      return [{ lease: lease.id, used: usedOf(wanted, lease), givesBack, ...facts }];
    }
    if (wanted.kind !== "lots") return [];
    const id = told?.kind === "lots" ? told.answer.id : made?.kind === "job" ? made.job : "";
    const items = jobs.get(id)?.items ?? [];
    return wanted.items.flatMap((item, place): Telling[] => {
      const lease = "reservation" in item ? ofReservations.get(item.reservation) : undefined;
      const taken = items[place] && runOfItem(items[place], steps);
      if (lease === undefined || taken === undefined) return [];
      if (!("lease_token" in item) || item.lease_token !== lease.token) return [];
      return [{ lease: lease.id, used: [stretchOf(taken)], givesBack: false, ...facts }];
    });
  });
  return bySeries(tellings, ({ lease }) => lease);
}

function usedOf({ used_to: usedTo, used = [] }: WantedUse, { first, step }: Run): Stretch[] {
  const runs = used.map((run) => ({ first: BigInt(run.first), last: BigInt(run.last), step }));
  if (usedTo !== undefined) runs.push({ first, last: BigInt(usedTo), step });
  return runs.map(stretchOf);
}
