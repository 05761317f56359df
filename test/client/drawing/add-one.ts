import type { FileStore } from "../../../client/src/file-store.ts";

/** Adds one to `size`, which stands for any part of the state; answers what it was. */
export function addOne(store: FileStore): Promise<number> {
  return store.update("s", (state) => ({
    state: { ...state, size: state.size + 1 },
    result: state.size,
  }));
}
