/** An item of a request for lots. */
export type WantedItem =
  | { readonly product: string; readonly count: number }
  | { readonly product: string; readonly reservation: string; readonly count?: number }
  | { readonly product: string; readonly names: readonly string[] };

/** What a client asks for. Every kind is a POST with an Idempotency-Key. */
export type Wanted =
  | {
      readonly kind: "reserve";
      readonly sequence: string;
      readonly count: number;
      readonly at?: string;
    }
  | {
      readonly kind: "void";
      readonly reservation: string;
      readonly first?: string;
      readonly last?: string;
    }
  | { readonly kind: "lots"; readonly items: readonly WantedItem[] }
  | {
      readonly kind: "receipt";
      readonly reference: string;
      readonly lines: readonly { readonly product: string; readonly quantity: number }[];
    };

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
