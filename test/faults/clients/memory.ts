import { toldBy } from "../check/answers.ts";
import type { JobAnswer } from "../check/answers.ts";
import type { Wanted, WantedCountLine } from "../check/wanted.ts";
import type { Random } from "../random.ts";
import type { Holder } from "./holders.ts";

/** A reservation of the client's own that still has open numbers, as far as the client knows. */
export interface OpenReservation {
  readonly id: string;
  readonly first: bigint;
  readonly step: bigint;
  readonly count: number;
}

/** A move of a counter that may be taken back. */
export interface Move {
  readonly sequence: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** What a client was told of and has a use for. */
export interface Memory {
  readonly reservations: OpenReservation[];
  /** Lots of a product that were made of one reservation. */
  readonly lots: { readonly product: string; readonly reservation: string }[];
  /** Jobs that were not done when they were answered. */
  readonly jobs: string[];
  readonly receipts: string[];
  readonly counts: { readonly id: string; readonly lines: readonly WantedCountLine[] }[];
  readonly moves: Move[];
  readonly holders: readonly Holder[];
}

/** How much of each a client remembers. */
const most = 20;
/** Lots of a reservation that are changed at once. */
const mostLots = 2000;

/** What a client knows that was told of nothing yet, with the holders of leases behind it. */
export function emptyMemory(holders: readonly Holder[]): Memory {
  return { reservations: [], lots: [], jobs: [], receipts: [], counts: [], moves: [], holders };
}

/** Keeps what a request that succeeded was told. */
export function remember(memory: Memory, wanted: Wanted, body: string): void {
  const told = toldBy(wanted, body);
  if (told?.kind === "reserve") {
    const { id, first, step, count } = told.answer;
    keep(memory.reservations, { id, first: BigInt(first), step: BigInt(step), count });
  }
  if (told?.kind === "lease") {
    // For others, who have no token: open to them is what the holder has told of.
    const { reservation, first, step, count } = told.answer;
    keep(memory.reservations, { id: reservation, first: BigInt(first), step: BigInt(step), count });
  }
  if (told?.kind === "lots" && told.answer.status === "done") rememberLots(memory, told.answer);
  if (told?.kind === "lots" && told.answer.status !== "done") keep(memory.jobs, told.answer.id);
  if (told?.kind === "receipt") keep(memory.receipts, told.answer.id);
  if (told?.kind === "count" && wanted.kind === "count") {
    keep(memory.counts, { id: told.answer.id, lines: wanted.lines });
  }
  if (told?.kind === "advance") {
    const { sequence, from, to } = told.answer;
    keep(memory.moves, { sequence, from: BigInt(from), to: BigInt(to) });
  }
}

function rememberLots(memory: Memory, job: JobAnswer): void {
  for (const { product, reservation, count } of job.items) {
    if (reservation !== null && count <= mostLots) keep(memory.lots, { product, reservation });
  }
}

function keep<T>(list: T[], thing: T): void {
  list.push(thing);
  if (list.length > most) list.shift();
}

/** Takes one out of the list, if there is one and it will do. */
export function taken<T>(
  random: Random,
  list: T[],
  willDo: (thing: T) => boolean = () => true,
): T | undefined {
  if (list.length === 0) return undefined;
  const place = random.between(0, list.length - 1);
  const found = list[place];
  if (found === undefined || !willDo(found)) return undefined;
  list.splice(place, 1);
  return found;
}
