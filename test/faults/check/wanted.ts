/** An item of a request for lots. */
export type WantedItem =
  | { readonly product: string; readonly count: number }
  | { readonly product: string; readonly reservation: string; readonly count?: number }
  | { readonly product: string; readonly names: readonly string[] };

/** What is said of a document for which numbers are drawn. */
interface Document {
  readonly at?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** What a client asks for. Every kind is a POST with an Idempotency-Key. */
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
  | { readonly kind: "lots"; readonly items: readonly WantedItem[] }
  | {
      readonly kind: "receipt";
      readonly reference: string;
      readonly lines: readonly { readonly product: string; readonly quantity: number }[];
    };
