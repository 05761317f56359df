import { randomOf } from "../random.ts";
import type { Random } from "../random.ts";

/** Something that goes wrong, with all that is needed to bring it about. */
export type PlannedFault =
  /** Postgres gets SIGKILL, and is started again. */
  | { readonly kind: "postgres killed"; readonly downMs: number }
  /** Every connection of a Worker to the database is ended. */
  | { readonly kind: "connections ended" }
  /** Requests to the database are cut off, not carried out. */
  | { readonly kind: "cut before commit"; readonly times: number }
  /** Requests to the database are carried out, and the answer is cut off. */
  | { readonly kind: "cut after commit"; readonly times: number }
  /** Commits take longer than clients wait, with all their locks. */
  | { readonly kind: "slow commits"; readonly times: number }
  /** The database is silent for longer than clients wait. */
  | { readonly kind: "silence"; readonly times: number }
  /** Requests of clients come twice at once. */
  | { readonly kind: "delivered twice"; readonly times: number }
  /** A Worker gets SIGKILL, in the middle of a job if one runs, and is started again. */
  | { readonly kind: "worker killed"; readonly worker: number; readonly downMs: number }
  /** The clock of a Worker is wrong for a while. */
  | {
      readonly kind: "clock jumped";
      readonly worker: number;
      readonly aheadMs: number;
      readonly forMs: number;
    }
  /** The file system with the tables has no room. */
  | { readonly kind: "disk full"; readonly forMs: number }
  /** Everything gets SIGKILL at once, and is started again. */
  | { readonly kind: "all restarted"; readonly downMs: number };

export type FaultKind = PlannedFault["kind"];

export interface Planned {
  /** Milliseconds since the clients began. */
  readonly atMs: number;
  readonly fault: PlannedFault;
}

/** How often each kind comes after the first round. */
const weights: Readonly<Record<FaultKind, number>> = {
  "postgres killed": 10,
  "connections ended": 12,
  "cut before commit": 14,
  "cut after commit": 20,
  "slow commits": 6,
  silence: 6,
  "delivered twice": 14,
  "worker killed": 10,
  "clock jumped": 10,
  "disk full": 4,
  "all restarted": 4,
};

export const faultKinds: readonly FaultKind[] = [
  "postgres killed",
  "connections ended",
  "cut before commit",
  "cut after commit",
  "slow commits",
  "silence",
  "delivered twice",
  "worker killed",
  "clock jumped",
  "disk full",
  "all restarted",
];

const hour = 3_600_000;
/** From a moment to more than a year, so that days and years change. */
const jumps = [hour, 30 * hour, 40 * 24 * hour, 400 * 24 * hour] as const;

/**
 * What goes wrong and when, decided by the seed alone: a longer run has the shorter one's faults, and then
 * more. Each kind comes once before any comes again.
 */
export function scheduleOf(seed: number, minutes: number, workers: number): Planned[] {
  const random = randomOf(seed, -1);
  const planned: Planned[] = [];
  const round = shuffled(random, faultKinds);
  for (let atMs = 0; ;) {
    atMs += random.between(700, 2500);
    const kind =
      round[planned.length] ?? random.weighed(faultKinds.map((one) => [weights[one], one]));
    const fault = faultOf(random, kind, workers);
    if (atMs >= minutes * 60_000) return planned;
    planned.push({ atMs, fault });
  }
}

function faultOf(random: Random, kind: FaultKind, workers: number): PlannedFault {
  switch (kind) {
    case "postgres killed":
    case "all restarted":
      return { kind, downMs: random.between(0, 800) };
    case "connections ended":
      return { kind };
    case "cut before commit":
    case "cut after commit":
    case "delivered twice":
      return { kind, times: random.between(1, 12) };
    case "slow commits":
    case "silence":
      return { kind, times: random.between(1, 4) };
    case "worker killed":
      return { kind, worker: random.between(0, workers - 1), downMs: random.between(0, 800) };
    case "clock jumped": {
      const aheadMs = random.pick(jumps) * random.pick([1, -1]);
      const worker = random.between(0, workers - 1);
      return { kind, worker, aheadMs, forMs: random.between(500, 2000) };
    }
    case "disk full":
      return { kind, forMs: random.between(500, 1500) };
  }
}

function shuffled<T>(random: Random, some: readonly T[]): T[] {
  const left = [...some];
  return some.flatMap(() => left.splice(random.between(0, left.length - 1), 1));
}
