import type { FactsOf, FailureCode } from "../../errors.ts";
import type { ImportBatch, ImportTotals, PlacedRecord } from "./batch.ts";
import { ownCopy } from "./csv/own-copy.ts";
import type { CsvRow } from "./csv/rows.ts";
import type { Kind, Reading } from "./kind.ts";
import type { ImportKind } from "./record.ts";
import { Refusal, refusedRow, type RefusedRow } from "./refusal.ts";
import { Cells, type Writing } from "./table/cells.ts";
import { ignoredColumns, matchColumns, type Columns, type Mapping } from "./table/columns.ts";
import { HeaderSearch, isAboutColumns, isInfo, type Header } from "./table/header.ts";

/** Rows that may go on with one row. */
const mostListedRows = 10_000;

/** Rows of a file that are told apart by a key, so that the keys fit into memory. */
const mostIdentities = 100_000;

/** A table whose header is known. */
interface Table {
  readonly header: Header;
  readonly columns: Columns;
  /** The fields of a row itself, and those of lists within it. */
  readonly own: readonly string[];
  readonly listed: readonly string[];
  writing: Writing;
}

/** A row and those below that go on with it. */
interface Group {
  readonly rows: [Cells<string>, ...Cells<string>[]];
  /** Why it cannot become a record, whatever it says. */
  refused: RefusedRow | null;
}

/** Takes rows in order and makes records of them. */
export class RowsToRecords<Item> {
  readonly #name: ImportKind;
  readonly #kind: Kind<string, Item>;
  readonly #mapping: Mapping;
  readonly #reading: Reading;
  readonly #search: HeaderSearch;
  #table: Table | null = null;
  #group: Group | null = null;
  #company: string | null = null;
  readonly #identities = new Map<string, number>();

  #records: PlacedRecord<Item>[] = [];
  #refused: RefusedRow[] = [];
  #characters = 0;
  readonly #totals = { rows: 0, records: 0, refused: 0 };

  constructor(name: ImportKind, kind: Kind<string, Item>, mapping: Mapping, reading: Reading) {
    this.#name = name;
    this.#kind = kind;
    this.#mapping = mapping;
    this.#reading = reading;
    this.#search = new HeaderSearch(kind.system);
  }

  /** Takes the next row. */
  take(row: CsvRow): void {
    const table = this.#table;
    if (table === null) {
      const header = this.#search.read(row);
      if (header !== null) this.#table = this.#begin(header);
    } else if (isAboutColumns(table.header, row)) {
      if (isInfo(table.header, row)) table.writing = { ...table.writing, dateForms: row.cells };
    } else {
      this.#totals.rows += 1;
      this.#takeData(table, row);
    }
  }

  /** Says that no row follows. */
  end(): ImportTotals {
    const { header, columns } = this.#table ?? this.#search.end();
    this.#closeGroup();
    const read = Array.from(columns, ([field, column]) => [field, column.header] as const);
    return {
      ...this.#totals,
      columns: Object.fromEntries(read),
      ignored: ignoredColumns(header, columns),
    };
  }

  isFull(limits: { readonly rows: number; readonly characters: number }): boolean {
    const rows = this.#records.length + this.#refused.length;
    return rows >= limits.rows || this.#characters >= limits.characters;
  }

  isEmpty(): boolean {
    return this.#records.length + this.#refused.length === 0;
  }

  /** Gives out what has come together. */
  batch(): ImportBatch<Item> {
    const batch = { records: this.#records, refused: this.#refused };
    this.#records = [];
    this.#refused = [];
    this.#characters = 0;
    return batch;
  }

  #begin(header: Header): Table {
    const columns = matchColumns(this.#name, this.#kind, header, this.#mapping);
    const fields = [...columns.keys()];
    const listed = fields.filter((field) => this.#kind.listed.includes(field));
    const own = fields.filter((field) => !listed.includes(field));
    const { system } = this.#kind;
    const writing = { system, isTemplate: header.isTemplate, dateForms: [] };
    return { header, columns, own, listed, writing };
  }

  #takeData(table: Table, row: CsvRow): void {
    const expected = table.header.width;
    const found = row.cells.length;
    if (found !== expected) {
      // It may go on with the row above, and those below may go on with it.
      this.#spoil("import_row_incomplete", { broken_line: row.line });
      this.#closeGroup();
      this.#refuse(refusedRow(row.line, null, "import_row_columns", { expected, found }));
      return;
    }
    const cells = new Cells<string>(row, table.columns, table.writing);
    if (!table.own.every((field) => cells.isBlank(field))) {
      this.#closeGroup();
      this.#group = { rows: [cells], refused: null };
      if (table.listed.length === 0) this.#closeGroup();
    } else if (!table.listed.every((field) => cells.isBlank(field))) {
      this.#goOn(cells);
    }
  }

  #goOn(cells: Cells<string>): void {
    const group = this.#group;
    if (group === null) {
      this.#refuse(refusedRow(cells.line, null, "import_row_alone", {}));
    } else if (group.rows.length <= mostListedRows) {
      group.rows.push(cells);
    } else {
      this.#spoil("import_row_too_many_lines", { limit: mostListedRows });
    }
  }

  /** Keeps the row that is open from becoming a record. */
  #spoil<Code extends FailureCode>(code: Code, facts: FactsOf<Code>): void {
    const group = this.#group;
    if (group !== null) group.refused ??= refusedRow(group.rows[0].line, null, code, facts);
  }

  #closeGroup(): void {
    const group = this.#group;
    if (group === null) return;
    this.#group = null;
    for (const cells of group.rows) this.#characters += cells.size;
    if (group.refused !== null) {
      this.#refuse(group.refused);
      return;
    }
    const { line } = group.rows[0];
    try {
      this.#checkCompany(group.rows[0]);
      const record = this.#kind.read(group.rows, this.#reading);
      this.#checkIdentity(record, group.rows[0]);
      this.#records.push({ line, record });
      this.#totals.records += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(error.row);
    }
  }

  #refuse(row: RefusedRow): void {
    this.#refused.push(row);
    this.#totals.refused += 1;
  }

  /** A file is one company's; what names no company belongs to all. */
  #checkCompany(cells: Cells<string>): void {
    const field = this.#kind.company;
    if (field === null || cells.isBlank(field)) return;
    const company = cells.text(field).trim();
    this.#company ??= company;
    if (company !== this.#company) {
      cells.refuse(field, "import_other_company", { company, first_company: this.#company });
    }
  }

  #checkIdentity(record: Item, cells: Cells<string>): void {
    const key = this.#kind.identity?.(record);
    if (key === undefined) return;
    const first = this.#identities.get(key);
    if (first !== undefined) {
      cells.refuse(null, "import_key_taken", { key, first_line: first });
    }
    if (this.#identities.size >= mostIdentities) {
      cells.refuse(null, "import_too_many_keys", { limit: mostIdentities });
    }
    this.#identities.set(ownCopy(key), cells.line);
  }
}
