import { emptyState } from "./state.ts";
import type { State } from "./state.ts";

/** A change of a state, and what it answers. It may be made more than once before it is kept. */
export type Change<T> = (state: State) => { readonly state: State; readonly result: T };

/** Where leased sequences keep what they have, each under its name. */
export interface LeaseStore {
  /** Whether it outlives the process. Then every number is written off before it is handed out. */
  readonly lasting: boolean;
  /**
   * Reads, changes and writes the state in one step that nothing comes between, of this process or
   * another one, and resolves when that is kept. A state that stays the same object needs no writing.
   */
  update<T>(name: string, change: Change<T>): Promise<T>;
}

/** Keeps everything in memory: the fastest, for a process that gives back what is left when it ends. */
export class MemoryStore implements LeaseStore {
  readonly lasting = false;
  readonly #states = new Map<string, State>();

  update<T>(name: string, change: Change<T>): Promise<T> {
    const { state, result } = change(this.#states.get(name) ?? emptyState);
    this.#states.set(name, state);
    return Promise.resolve(result);
  }
}
