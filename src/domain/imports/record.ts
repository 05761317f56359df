import type { Lot } from "../lots/lot.ts";
import type { ProductRow } from "../products/product.ts";

/** A pattern as the other system writes it; that it can be compiled is checked when it is read. */
export type WrittenPattern =
  | {
      readonly dialect: "odoo";
      readonly prefix: string;
      /** The counter's least digits; 0 for none. */
      readonly padding: number;
      readonly suffix: string;
    }
  | { readonly dialect: "frappe"; readonly pattern: string };

/** The sequence of a product; with a pattern when the file itself says how it reads. */
export interface SequenceOfProduct {
  readonly key: string;
  readonly pattern: WrittenPattern | null;
}

/** A product, as `PUT /v1/products/{sku}` takes it. */
export interface ProductRecord extends Pick<
  ProductRow,
  "sku" | "name" | "tracking" | "gtin" | "expiry" | "shelf_life_days"
> {
  readonly sequence: SequenceOfProduct | null;
}

/** The counter of one period of a sequence. Days are YYYY-MM-DD, both included. */
export interface PeriodRecord {
  readonly first_day: string;
  readonly last_day: string;
  /** The first number that may be given, as a decimal string. */
  readonly next: string;
}

/** How often a sequence begins anew. */
export type Reset = "never" | "yearly" | "monthly" | "weekly" | "daily" | "fiscal";

/** A sequence with its counters: `next` without periods, `periods` with them. */
export interface SequenceRecord {
  readonly key: string;
  /** What the other system calls it. */
  readonly name: string;
  readonly pattern: WrittenPattern;
  readonly mode: "standard" | "gapless";
  /** Decimal string. */
  readonly increment: string;
  readonly reset: Reset;
  /** MM-DD. */
  readonly fiscal_year_start: string;
  /** The first number that may be given, as a decimal string; null when it has periods. */
  readonly next: string | null;
  readonly periods: readonly PeriodRecord[];
}

/** A naming series: the rendered text before the counter, and the first number that may be given. */
export interface SeriesRecord {
  readonly series: string;
  /** Decimal string. */
  readonly next: string;
}

/** A lot or serial. */
export interface LotRecord extends Pick<
  Lot,
  "product" | "name" | "state" | "location" | "expires_on" | "produced_on"
> {
  /** Decimal string, "0" for a lot of which nothing is left; null when the file does not say. */
  readonly quantity: string | null;
  /** Who got it, of one that has left, and by which document. */
  readonly party: string | null;
  readonly reference: string | null;
  readonly attributes: Readonly<Record<string, string>> | null;
}

/** What each kind of file is made of. */
export interface RecordOfKind {
  readonly odoo_products: ProductRecord;
  readonly odoo_sequences: SequenceRecord;
  readonly odoo_lots: LotRecord;
  readonly frappe_series: SeriesRecord;
  readonly erpnext_items: ProductRecord;
  readonly erpnext_serials: LotRecord;
  readonly erpnext_batches: LotRecord;
}

export type ImportKind = keyof RecordOfKind;
