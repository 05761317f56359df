import type { Pattern, Result } from "../patterns/pattern.ts";
import type { WrittenPattern } from "./record.ts";
import type { Cells } from "./table/cells.ts";

/** Compiles a pattern of another system, so that one that cannot be used is refused with its row. */
export type CompilePattern = (written: WrittenPattern) => Result<Pattern>;

/** What reading a row needs besides the row. */
export interface Reading {
  readonly compile: CompilePattern;
  /** How many numbers are left out between the last one that is known and the next, 0 or more. */
  readonly margin: bigint;
}

/** Columns that mean nothing outside of the other system, and what to export instead. */
export interface UnusableColumn<Field extends string> {
  readonly header: string;
  /** Fields of which any makes up for it. */
  readonly fields: readonly [Field, ...Field[]];
  readonly instead: readonly string[];
}

/** Parameters of a request that only some kinds take. */
export const ownParameters = ["margin", "allow_jump", "allow_overlap"] as const;

/** A kind of file: its columns, and what becomes of a row. */
export interface Kind<Field extends string, Item> {
  readonly system: "odoo" | "frappe";
  /** Our fields, each with the headers of its column, the preferred one first. */
  readonly fields: Readonly<Record<Field, readonly string[]>>;
  /** The fields that the file must have: one of each group. */
  readonly needs: readonly (readonly [Field, ...Field[]])[];
  /**
   * The fields of a list within a row. A row that has none but those, or none at all, goes on with the
   * row above it.
   */
  readonly listed: readonly Field[];
  readonly unusable: readonly UnusableColumn<Field>[];
  /** Whether `attributes.anything` may be mapped. */
  readonly attributes: boolean;
  /** The parameters that it takes of those that only some kinds take. */
  readonly parameters: readonly (typeof ownParameters)[number][];
  /** The field with the company that a row belongs to. */
  readonly company: Field | null;
  /** What two rows must not have in common; null when that is found later. */
  readonly identity: ((item: Item) => string) | null;
  /** Makes a record of a row and those that go on with it; throws a `Refusal`. */
  readonly read: (rows: readonly [Cells<Field>, ...Cells<Field>[]], reading: Reading) => Item;
}
