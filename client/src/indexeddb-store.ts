/** `serialmint/client/indexeddb-store`: keeps leased sequences in a browser, for all of its tabs. */
import { emptyState } from "./leases/state.ts";
import type { State } from "./leases/state.ts";
import type { Change, LeaseStore } from "./leases/store.ts";

/** How the store writes. */
export interface IndexedDbStoreOptions {
  /** What the database is called; `serialmint` when left out. One database is for one tenant. */
  readonly database?: string;
  /**
   * `strict`, the default, waits for the disk, so that a power cut loses nothing; after one `relaxed` may
   * hand out numbers twice, though not after a crash of the browser.
   */
  readonly durability?: "strict" | "relaxed";
}

const table = "sequences";

/** Every update is one transaction of IndexedDB, which lets the tabs of an origin in one after the other. */
export class IndexedDbStore implements LeaseStore {
  readonly lasting = true;
  readonly #name: string;
  readonly #durability: "strict" | "relaxed";
  #database: Promise<IDBDatabase> | null = null;

  constructor({ database = "serialmint", durability = "strict" }: IndexedDbStoreOptions = {}) {
    this.#name = database;
    this.#durability = durability;
  }

  async update<T>(name: string, change: Change<T>): Promise<T> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(table, "readwrite", {
        durability: this.#durability,
      });
      const rows = transaction.objectStore(table);
      // Put there by this class.
      const read = rows.get(name) as IDBRequest<State | undefined>;
      let kept: { result: T } | undefined;
      let failure: unknown;
      read.addEventListener("success", () => {
        const before = read.result ?? emptyState;
        try {
          const { state, result } = change(before);
          if (state !== before) rows.put(state, name);
          kept = { result };
        } catch (error) {
          failure = error;
          transaction.abort();
        }
      });
      transaction.addEventListener("complete", () => {
        if (kept !== undefined) resolve(kept.result);
      });
      transaction.addEventListener("abort", () => {
        reject(asError(failure ?? transaction.error));
      });
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= this.#openAnew().catch((error: unknown) => {
      this.#database = null;
      throw error;
    });
    return this.#database;
  }

  #openAnew(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(this.#name, 1);
      opening.addEventListener("upgradeneeded", () => {
        opening.result.createObjectStore(table);
      });
      opening.addEventListener("success", () => {
        const database = opening.result;
        // Somebody deletes it, or the browser closes it: the next update opens it anew.
        const forget = (): void => {
          database.close();
          this.#database = null;
        };
        database.addEventListener("versionchange", forget);
        database.addEventListener("close", forget);
        resolve(database);
      });
      opening.addEventListener("error", () => {
        reject(asError(opening.error));
      });
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error("IndexedDB failed.", { cause: error });
}
