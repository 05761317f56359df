/** An item of a request for lots. */
export type WantedItem =
  | { readonly product: string; readonly count: number }
  | {
      readonly product: string;
      readonly reservation: string;
      readonly count?: number;
      readonly first_name?: string;
      /** Numbers on lease, of which its holder tells by this that they are used. */
      readonly lease_token?: string;
    }
  | { readonly product: string; readonly names: readonly string[] };

/** A line of a receipt: so many units that get names, or units that have theirs. */
export type WantedReceiptLine =
  | { readonly product: string; readonly quantity: number }
  | { readonly product: string; readonly names: readonly string[] };

/** A line of a count: units without a name, or what became of a lot. */
export type WantedCountLine =
  | { readonly product: string; readonly units: number }
  | {
      readonly product: string;
      readonly lot: string;
      readonly units: number;
      readonly location: string;
    };

/** A row of a file. */
export interface WantedRow {
  readonly product: string;
  readonly name: string;
}

/** What is said of a document for which numbers are drawn. */
interface Document {
  readonly at?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** What becomes of lots. No two requests have one reference, nor one location. */
interface LotChange {
  readonly product: string;
  readonly set: { readonly location: string; readonly state?: string };
  readonly reference: string;
}

/** What the holder of a lease says that it has used: every number up to one, runs, or nothing new. */
export interface WantedUse {
  readonly lease: string;
  readonly token: string;
  readonly used_to?: string;
  readonly used?: readonly { readonly first: string; readonly last: string }[];
}

/** What a client asks for. Every kind but one is a POST with an Idempotency-Key. */
export type Wanted =
  | ({ readonly kind: "reserve"; readonly sequence: string; readonly count: number } & Document)
  | ({
      /** The next names of a naming series, as Frappe writes it. */
      readonly kind: "names";
      readonly series: string;
      readonly count: number;
    } & Document)
  | {
      readonly kind: "void";
      readonly reservation: string;
      readonly first?: string;
      readonly last?: string;
    }
  | {
      readonly kind: "lease";
      readonly sequence: string;
      readonly count: number;
      readonly ttl_s: number;
      readonly holder: string;
    }
  | ({ readonly kind: "report" } & WantedUse)
  | ({ readonly kind: "give back" } & WantedUse)
  | {
      readonly kind: "renew";
      readonly lease: string;
      readonly token: string;
      readonly ttl_s: number;
    }
  | {
      readonly kind: "lots";
      readonly items: readonly WantedItem[];
      /** True: the answer is to come before the work is done. */
      readonly async?: boolean;
    }
  | { readonly kind: "cancel job"; readonly job: string }
  | {
      readonly kind: "receipt";
      readonly reference: string;
      readonly lines: readonly WantedReceiptLine[];
    }
  | { readonly kind: "cancel receipt"; readonly receipt: string; readonly reason: string }
  /** Lots by their names, or those of a reservation. */
  | ({ readonly kind: "change" } & LotChange &
      ({ readonly names: readonly string[] } | { readonly reservation: string }))
  /** One lot as it was when it was read. A PATCH, which has no key: sent again it is refused, or done. */
  | ({ readonly kind: "patch"; readonly name: string; readonly version: string } & LotChange)
  | {
      readonly kind: "count";
      readonly reference: string;
      readonly lines: readonly WantedCountLine[];
    }
  | {
      readonly kind: "apply";
      readonly count: string;
      /** Those that it was made with. */
      readonly lines: readonly WantedCountLine[];
    }
  /** A file of lots, as Odoo exports it. */
  | { readonly kind: "import"; readonly rows: readonly WantedRow[] }
  /** A counter is moved, forward or back. No two requests have one reason. */
  | {
      readonly kind: "advance" | "rewind";
      readonly sequence: string;
      readonly to: string;
      readonly reason: string;
    };
