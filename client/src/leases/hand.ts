import type { Leased, NumberRun } from "./leased.ts";

/** Numbers that are this process's to hand out, in order. */
export class Hand {
  readonly #runs: NumberRun[] = [];
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

  /** How many numbers are left, those of leases included whose time is over and that nobody has met yet. */
  get left(): number {
    return this.#left;
  }

  add(runs: readonly NumberRun[]): void {
    for (const run of runs) this.#left += run.left;
    this.#runs.push(...runs);
  }

  /** The next number, null when there is none that may be handed out. */
  take(): Leased | null {
    for (let [run] = this.#runs; run !== undefined; [run] = this.#runs) {
      if (this.#isLive(run.lease.id)) return this.#takeOf(run);
      this.#drop(run);
    }
    return null;
  }

  /** The next `count` numbers, null when fewer may be handed out: then they stay. */
  takeAll(count: number): Leased[] | null {
    this.dropOver();
    if (this.#left < count) return null;
    const items: Leased[] = [];
    while (items.length < count) {
      const [run] = this.#runs;
      if (run === undefined) break;
      items.push(this.#takeOf(run));
    }
    return items;
  }

  /** Lets go of the runs whose time is over. */
  dropOver(): void {
    const over = this.#runs.filter(({ lease }) => !this.#isLive(lease.id));
    for (const run of over) this.#drop(run);
  }

  /** How many were taken since it was asked last. */
  countTaken(): number {
    const taken = this.#taken;
    this.#taken = 0;
    return taken;
  }

  /** Hands over all runs. */
  empty(): NumberRun[] {
    this.#left = 0;
    return this.#runs.splice(0);
  }

  #takeOf(run: NumberRun): Leased {
    const item = run.take();
    this.#taken += 1;
    this.#left -= 1;
    if (run.left === 0) this.#drop(run);
    return item;
  }

  #drop(run: NumberRun): void {
    this.#runs.splice(this.#runs.indexOf(run), 1);
    this.#left -= run.left;
    this.#letGo(run);
  }
}
