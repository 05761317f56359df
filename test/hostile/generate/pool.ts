import type { Random } from "../../faults/random.ts";

/** Things that were made, of which only the latest are remembered. */
export class Pool<T> {
  readonly #size: number;
  readonly #identity: ((thing: T) => string) | undefined;
  #things: T[] = [];

  /** With `identity` a thing takes the place of an earlier one that is the same. */
  constructor(size = 30, identity?: (thing: T) => string) {
    this.#size = size;
    this.#identity = identity;
  }

  add(thing: T): void {
    const identity = this.#identity;
    if (identity !== undefined) {
      this.#things = this.#things.filter((one) => identity(one) !== identity(thing));
    }
    this.#things.push(thing);
    if (this.#things.length > this.#size) this.#things.shift();
  }

  pick(random: Random): T | undefined {
    return this.#things.length === 0 ? undefined : random.pick(this.#things);
  }

  /** Picks one and forgets it. */
  take(random: Random): T | undefined {
    if (this.#things.length === 0) return undefined;
    return this.#things.splice(random.between(0, this.#things.length - 1), 1)[0];
  }
}
