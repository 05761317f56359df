import type { RefusedRow } from "./refusal.ts";

/** A record and the line in which its row begins. */
export interface PlacedRecord<Item> {
  readonly line: number;
  readonly record: Item;
}

/** Rows that follow each other: those that became records, and those that are left out. */
export interface ImportBatch<Item> {
  readonly records: readonly PlacedRecord<Item>[];
  readonly refused: readonly RefusedRow[];
}

/** What a whole file had. */
export interface ImportTotals {
  /** Rows under the header, empty lines aside: those of records and what goes on with them, and others. */
  readonly rows: number;
  readonly records: number;
  /** Rows that are left out and reported. */
  readonly refused: number;
  /** The header that each field was read from. */
  readonly columns: Readonly<Record<string, string>>;
  /** The headers that nothing was read from. */
  readonly ignored: readonly string[];
}
