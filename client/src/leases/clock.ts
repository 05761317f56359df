import type { Block } from "./state.ts";

/** The two clocks of a machine, in milliseconds. */
export interface Clock {
  /** Since 1970; may be set, and goes on while the machine sleeps. */
  wall(): number;
  /** Since whenever; never goes back, and may stand while the machine sleeps. */
  steady(): number;
}

export const machineClock: Clock = {
  wall: () => Date.now(),
  steady: () => performance.now(),
};

/** By how much the wall clock may be behind what a store has seen before it counts as set back. */
export const toleranceMs = 60_000;

/** When a block is over, by both clocks. */
interface End {
  readonly wall: number;
  /** -Infinity: nobody can tell any more. */
  readonly steady: number;
}

/** Of a block that is known to be nobody's. */
const ended: End = { wall: Number.NEGATIVE_INFINITY, steady: Number.NEGATIVE_INFINITY };

/**
 * Until when blocks may be handed out, by both clocks: the wall clock shows a sleep that the steady one
 * does not, the steady one is not fooled when the wall clock is set back. The one that is over first counts.
 */
export class Grants {
  readonly #clock: Clock;
  readonly #ends = new Map<string, End>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** This process asked for the block's time itself, at `steady`. */
  learn({ id, granted_ms, expires_ms }: Block, steady: number): void {
    this.#ends.set(id, { wall: expires_ms, steady: steady + expires_ms - granted_ms });
  }

  /** `seen`: the wall clock at the latest change of the store. */
  isUsable(block: Block, seen: number): boolean {
    return this.left(block, seen) > 0;
  }

  /** Of a block that was looked at before. */
  isLive(id: string): boolean {
    const end = this.#ends.get(id);
    return end !== undefined && this.#leftUntil(end) > 0;
  }

  /** The wall clock was set back while nobody looked: only a renewal tells how long it lasts. */
  isInDoubt(block: Block, seen: number): boolean {
    return this.#endOf(block, seen).steady === Number.NEGATIVE_INFINITY;
  }

  /** Its time is over for certain. */
  isOver(block: Block, seen: number): boolean {
    return !this.isUsable(block, seen) && !this.isInDoubt(block, seen);
  }

  /** Milliseconds until the block is over. */
  left(block: Block, seen: number): number {
    return this.#leftUntil(this.#endOf(block, seen));
  }

  #leftUntil({ wall, steady }: End): number {
    return Math.min(wall - this.#clock.wall(), steady - this.#clock.steady());
  }

  /** As it is known, or as the store tells: of a block of another process, or one that it has renewed. */
  #endOf({ id, granted_ms, expires_ms }: Block, seen: number): End {
    const known = this.#ends.get(id);
    if (known !== undefined && (known === ended || known.wall === expires_ms)) return known;
    const now = this.#clock.wall();
    const latest = Math.max(seen, granted_ms);
    const isSetBack = now < latest - toleranceMs;
    const steady = this.#clock.steady() + expires_ms - Math.max(now, latest);
    const end = { wall: expires_ms, steady: isSetBack ? Number.NEGATIVE_INFINITY : steady };
    this.#ends.set(id, end);
    return end;
  }

  /** Nothing of a block is handed out any more, whatever the store still has of it. */
  end(id: string): void {
    this.#ends.set(id, ended);
  }

  /** Forgets all blocks but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#ends.keys()) if (!ids.has(id)) this.#ends.delete(id);
  }
}
