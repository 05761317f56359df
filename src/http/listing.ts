/** The forms in which a list is given out. */
export type ListFormat = "json" | "ndjson" | "csv";

/** Which part of a list is wanted, and how it is written. */
export interface ListPageOptions {
  /** The position behind which the page begins; null at the beginning. */
  readonly after: string | null;
  /** The most rows of the page. */
  readonly limit: number;
  readonly format: ListFormat;
  /** CSV only: leaves out the guard against spreadsheet formulas. */
  readonly raw: boolean;
}

/** A page of a list, written by the database. */
export interface ListPage {
  /**
   * json: the rows as JSON values, joined by commas. ndjson: one JSON value a line. csv: one record a
   * line. Every line ends with its line break, CRLF for csv (RFC 4180).
   */
  readonly text: string;
  readonly rows: number;
  /** The position of the last row when more rows follow it, else null. */
  readonly next: string | null;
}

/** A list that can be read page by page. */
export interface Listing {
  /** The columns of the csv form, in order. */
  readonly columns: readonly string[];
  page(options: ListPageOptions): Promise<ListPage>;
}
