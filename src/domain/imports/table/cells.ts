import { failureOfRefusal, type FactsOf, type FailureCode, type Refused } from "../../../errors.ts";
import type { CsvRow } from "../csv/rows.ts";
import { Refusal, refusedRow } from "../refusal.ts";
import type { Columns } from "./columns.ts";

/** Characters of the longest value that is read. */
export const longestValue = 4096;

/** How the values of a file are written. */
export interface Writing {
  readonly system: "odoo" | "frappe";
  readonly isTemplate: boolean;
  /** The form of the dates of a column, by its index, where the file says it. */
  readonly dateForms: readonly string[];
}

/** The values of a row, by our fields. */
export class Cells<Field extends string> {
  readonly line: number;
  readonly #cells: readonly string[];
  readonly #columns: Columns;
  readonly #writing: Writing;

  constructor(row: CsvRow, columns: Columns, writing: Writing) {
    this.line = row.line;
    this.#cells = row.cells;
    this.#columns = columns;
    this.#writing = writing;
  }

  /** Whether the file has a column for the field. */
  has(field: Field): boolean {
    return this.#columns.has(field);
  }

  /** The value, as it was before it was exported; empty without a column. */
  text(field: Field): string {
    const column = this.#columns.get(field);
    const text = column === undefined ? "" : (this.#cells[column.index] ?? "");
    if (text.length > longestValue) {
      this.refuse(field, "import_value_too_long", { length: text.length, limit: longestValue });
    }
    if (this.#writing.system === "odoo") return withoutGuard(text);
    return this.#writing.isTemplate && column?.header === "name" ? withoutQuotes(text) : text;
  }

  /** Characters of all values that are read. */
  get size(): number {
    let size = 0;
    for (const { index } of this.#columns.values()) size += this.#cells[index]?.length ?? 0;
    return size;
  }

  /** Whether there is nothing in it but spaces. */
  isBlank(field: Field): boolean {
    const column = this.#columns.get(field);
    return column === undefined || (this.#cells[column.index] ?? "").trim() === "";
  }

  /** The form in which the field's dates are written, where the file says it. */
  dateForm(field: Field): string | undefined {
    const column = this.#columns.get(field);
    return column === undefined ? undefined : this.#writing.dateForms[column.index];
  }

  /** The fields that the file has columns for. */
  fields(): Iterable<string> {
    return this.#columns.keys();
  }

  /** Leaves the row out because a rule refused the value of a field. */
  refuseAs(field: Field, refused: Refused): never {
    const { code, detail } = failureOfRefusal(refused);
    throw new Refusal({ line: this.line, column: this.#header(field), code, detail });
  }

  /** Leaves the row out because of a field, or as a whole. */
  refuse<Code extends FailureCode>(field: Field | null, code: Code, facts: FactsOf<Code>): never {
    const column = field === null ? null : this.#header(field);
    throw new Refusal(refusedRow(this.line, column, code, facts));
  }

  #header(field: Field): string | null {
    return this.#columns.get(field)?.header ?? null;
  }
}

/**
 * Odoo puts an apostrophe in front of a text that a spreadsheet would run as a formula
 * (addons/web/controllers/export.py).
 */
function withoutGuard(text: string): string {
  return /^'[=+-]/.test(text) ? text.slice(1) : text;
}

/** Frappe's Data Export puts the ids of documents in quotes of their own. */
function withoutQuotes(text: string): string {
  return /^"[^]+"$/.test(text) ? text.slice(1, -1) : text;
}
