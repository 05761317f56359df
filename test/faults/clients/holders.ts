import { toldBy } from "../check/answers.ts";
import type { Told } from "../check/answers.ts";
import type { Wanted } from "../check/wanted.ts";
import type { Random } from "../random.ts";

/** A lease as the store of its holder has it. Numbers are given out from the first on. */
export interface HeldLease {
  readonly id: string;
  readonly token: string;
  readonly reservation: string;
  readonly first: bigint;
  readonly step: bigint;
  readonly count: number;
  /** The bound form of its names. */
  readonly prefix: string;
  readonly width: number;
  readonly suffix: string;
  /** How many of its numbers were given out. */
  given: number;
  /** When it expires by the holder's own clock. */
  expiresAt: number;
}

/** A till, a scanner, a process: it draws from a lease of its own and has a clock of its own. */
export interface Holder {
  readonly name: string;
  /** Milliseconds by its own clock, which may be fast or slow. */
  readonly clock: () => number;
  lease: HeldLease | undefined;
  /** A lease that it gave back, and may still tell of. */
  past: HeldLease | undefined;
  /** The last thing that it said, kept in its store before it is sent. */
  last: { readonly key: string; readonly wanted: Wanted } | undefined;
}

/** Seconds that a holder's clock counts in a second. */
const rates = [0.2, 1, 1, 4] as const;

/** The holders behind one client. */
export function holdersOf(client: number, random: Random, now: () => number): Holder[] {
  return ["a", "b"].map((letter) => {
    const rate = random.pick(rates);
    const clock = (): number => now() * rate;
    const name = `holder-${client}${letter}`;
    return { name, clock, lease: undefined, past: undefined, last: undefined };
  });
}

/** Whose request it is; undefined for what no holder says for itself. */
export function speakerOf(holders: readonly Holder[], wanted: Wanted): Holder | undefined {
  if (wanted.kind === "lease") return holders.find(({ name }) => name === wanted.holder);
  const token = tokenIn(wanted);
  const id = "lease" in wanted ? wanted.lease : undefined;
  return holders.find(
    ({ lease }) => lease?.token === token && (id === undefined || lease?.id === id),
  );
}

function tokenIn(wanted: Wanted): string | null {
  if ("token" in wanted) return wanted.token;
  const item = wanted.kind === "lots" ? wanted.items[0] : undefined;
  return (item !== undefined && "lease_token" in item && item.lease_token) || null;
}

/** Keeps what a holder was answered. */
export function keepAnswer(holder: Holder, wanted: Wanted, body: string): void {
  const told = toldBy(wanted, body);
  if (told?.kind === "lease") holder.lease = heldBy(holder, told.answer);
  const { lease } = holder;
  if (lease === undefined) return;
  if (told?.kind === "renew") lease.expiresAt = holder.clock() + told.answer.ttl_s * 1000;
  if (told?.kind === "give back" || (told?.kind === "report" && told.answer.open === 0)) {
    holder.past = lease;
    holder.lease = undefined;
  }
}

type Opened = Extract<Told, { kind: "lease" }>["answer"];

function heldBy({ clock }: Holder, answer: Opened): HeldLease {
  const { id, token, reservation, count, prefix, width, suffix } = answer;
  const form = { prefix, width, suffix };
  const run = { first: BigInt(answer.first), step: BigInt(answer.step), count };
  const expiresAt = clock() + answer.ttl_s * 1000;
  return { id, token, reservation, ...run, ...form, given: 0, expiresAt };
}

/** What a holder asked for is refused: it has no use for its lease any more. */
export function giveUp(holder: Holder): void {
  holder.past = holder.lease ?? holder.past;
  holder.lease = undefined;
}

/** The holder is killed, and its store is lost: nobody tells of its lease any more. */
export function loseStore(holder: Holder): void {
  holder.lease = undefined;
  holder.past = undefined;
  holder.last = undefined;
}

/**
 * Kills a holder between two requests now and then. Answers what it says again, with the same key, when it is
 * started and has its store; undefined when it has lost that, and mostly.
 */
export function restarted(random: Random, holders: readonly Holder[]): Holder["last"] {
  if (!random.chance(0.03)) return undefined;
  const holder = random.pick(holders);
  if (random.chance(0.4)) loseStore(holder);
  return holder.last;
}
