import { Grants } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { disowned, emptyState } from "./state.ts";
import type { Block, State } from "./state.ts";
import type { Change, LeaseStore } from "./store.ts";

/** What one leased sequence has in its store, with the clocks that its blocks run out by. */
export class Stock {
  readonly clock: Clock;
  readonly grants: Grants;
  readonly lasting: boolean;
  readonly #store: LeaseStore;
  readonly #name: string;

  constructor(store: LeaseStore, name: string, clock: Clock) {
    this.#store = store;
    this.#name = name;
    this.lasting = store.lasting;
    this.clock = clock;
    this.grants = new Grants(clock);
  }

  /** Changes what the store keeps, in one step; every change notes the wall clock. */
  change<T>(change: Change<T>): Promise<T> {
    return this.#store.update(this.#name, (before) => {
      if (before.version !== emptyState.version) {
        throw new Error(
          "The store holds what a newer client has written. Use that one, or another store.",
        );
      }
      const { state, result } = change(before);
      if (state === before) return { state, result };
      return { state: { ...state, wall_ms: Math.max(state.wall_ms, this.clock.wall()) }, result };
    });
  }

  look(): Promise<State> {
    return this.change((state) => ({ state, result: state }));
  }

  /** A block of another tenant, or of a service that was reset: nobody is given more of it. */
  async disown(lease: string): Promise<void> {
    this.grants.end(lease);
    await this.change((state) => ({ state: disowned(state, lease), result: null }));
  }

  isUsable(state: State): (block: Block) => boolean {
    return (block) => this.grants.isUsable(block, state.wall_ms);
  }

  isOver(state: State): (block: Block) => boolean {
    return (block) => this.grants.isOver(block, state.wall_ms);
  }
}
