import { fail } from "../../../errors.ts";
import type { CsvRow } from "../csv/rows.ts";

/** What names the columns of a file. */
export interface Header {
  /** Trimmed; the index is that of a row's cells. */
  readonly columns: readonly string[];
  /** How many cells a row has. */
  readonly width: number;
  /** Whether the file is a Frappe data import template, with rows about the columns above the data. */
  readonly isTemplate: boolean;
}

/** The first cells of the rows above the data in a Frappe data import template. */
const templateRows = new Set([
  "Data Import Template",
  "Table:",
  "Parent Table:",
  "Notes:",
  "DocType:",
  "Column Labels:",
  "Column Name:",
  "Mandatory:",
  "Type:",
  "Info:",
  "Start entering data below this line",
]);

/** A template has fewer rows than this above its column names. */
const mostRowsBefore = 60;

/**
 * Finds the header: the first row that is not blank, or the row of column names in what Frappe's Data
 * Export writes (frappe/core/doctype/data_export/exporter.py). Fails: csv_empty,
 * import_template_broken, import_column_control.
 */
export class HeaderSearch {
  readonly #mayBeTemplate: boolean;
  #rowsBefore = 0;
  #isTemplate = false;

  constructor(system: "odoo" | "frappe") {
    this.#mayBeTemplate = system === "frappe";
  }

  /** Takes the next row; null as long as the header is yet to come. */
  read({ cells }: CsvRow): Header | null {
    if (cells.every((cell) => cell.trim() === "")) return null;
    this.#isTemplate ||= this.#mayBeTemplate && templateRows.has(cells[0] ?? "");
    if (!this.#isTemplate) return header(cells, false);
    if (cells[0] === "Column Name:") return header(ownColumns(cells), true, cells.length);
    this.#rowsBefore += 1;
    if (this.#rowsBefore > mostRowsBefore) fail("import_template_broken", {});
    return null;
  }

  /** Says that the file has ended before its header. */
  end(): never {
    if (this.#isTemplate) fail("import_template_broken", {});
    fail("csv_empty", {});
  }
}

/** Whether a row of a template tells about the columns, rather than being data. */
export function isAboutColumns(header: Header, { cells }: CsvRow): boolean {
  return header.isTemplate && templateRows.has(cells[0] ?? "");
}

/** Whether a row of a template has the form in which the dates of each column are written. */
export function isInfo(header: Header, { cells }: CsvRow): boolean {
  return header.isTemplate && cells[0] === "Info:";
}

/** Tabs and line breaks are left, which spreadsheets put into headers. */
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

function header(cells: readonly string[], isTemplate: boolean, width = cells.length): Header {
  const bad = cells.find((cell) => control.test(cell));
  if (bad !== undefined) fail("import_column_control", { column: bad });
  return { columns: cells.map((cell) => cell.trim()), width, isTemplate };
}

/** Without the mark in front and the columns of child tables, which come behind a tilde. */
function ownColumns(cells: readonly string[]): string[] {
  const end = cells.indexOf("~");
  return ["", ...cells.slice(1, end === -1 ? cells.length : end)];
}
