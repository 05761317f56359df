import type { Leased, NumberRun } from "./leased.ts";

/** Numbers that are this process's to hand out, in order. */
export class Hand {
  readonly #runs: NumberRun[] = [];
  /** Numbers that were handed out to callers who had given up by then; so many of them again. */
  readonly #spare: Leased[] = [];
  #again = 0;
  #left = 0;
  #taken = 0;
  readonly #isLive: (lease: string) => boolean;
  readonly #letGo: (run: NumberRun) => void;

  /** `isLive`: the time of a lease is not over; `letGo` gets a run that is used up or over. */
  constructor(isLive: (lease: string) => boolean, letGo: (run: NumberRun) => void) {
    this.#isLive = isLive;
    this.#letGo = letGo;
  }

  get runs(): readonly NumberRun[] {
    return this.#runs;
  }

  /** How many numbers of its runs are left. */
  get left(): number {
    return this.#left;
  }

  get spare(): number {
    return this.#spare.length - this.#again;
  }

  /** The leases that its numbers are of. */
  leases(): string[] {
    return [
      ...this.#runs.map(({ lease }) => lease.id),
      ...this.#spare.slice(this.#again).map(({ lease }) => lease.id),
    ];
  }

  add(runs: readonly NumberRun[]): void {
    for (const run of runs) this.#left += run.left;
    this.#runs.push(...runs);
  }

  addSpare(items: readonly Leased[]): void {
    for (const item of items) this.#spare.push(item);
  }

  /** The next number, null when there is none that may be handed out. */
  take(): Leased | null {
    const spare = this.#takeSpare();
    if (spare !== null) return spare;
    for (;;) {
      const [run] = this.#runs;
      if (run === undefined) return null;
      if (!this.#isLive(run.lease.id)) {
        this.#drop(run);
        continue;
      }
      const item = run.take();
      this.#taken += 1;
      this.#left -= 1;
      if (run.left === 0) this.#drop(run);
      return item;
    }
  }

  /** How many were taken of runs since it was asked last. */
  countTaken(): number {
    const taken = this.#taken;
    this.#taken = 0;
    return taken;
  }

  /** Lets everything go unseen. */
  clear(): void {
    this.#runs.length = 0;
    this.#spare.length = 0;
    this.#again = 0;
    this.#left = 0;
  }

  #takeSpare(): Leased | null {
    if (this.#spare.length === 0) return null;
    while (this.spare > 0) {
      const item = this.#spare[this.#again];
      this.#again += 1;
      if (item !== undefined && this.#isLive(item.lease.id)) return item;
    }
    this.#spare.length = 0;
    this.#again = 0;
    return null;
  }

  #drop(run: NumberRun): void {
    this.#runs.shift();
    this.#left -= run.left;
    this.#letGo(run);
  }
}
