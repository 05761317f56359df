import type { Wanted } from "./wanted.ts";

/** What came back. A lost answer leaves open whether the request was carried out. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly body: string;
      readonly replayed: boolean;
    }
  | { readonly kind: "lost"; readonly why: string };

/** One request that was sent, and what came back. Times are milliseconds of one monotonic clock. */
export interface Call {
  /** Its place in the history. */
  readonly id: number;
  readonly client: number;
  /** The Idempotency-Key. */
  readonly key: string;
  readonly wanted: Wanted;
  readonly begun: number;
  readonly ended: number;
  readonly outcome: Outcome;
}

/** Every call of every client, in any order. */
export type History = readonly Call[];
