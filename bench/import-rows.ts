/** Rows as Odoo, Frappe and ERPNext export them, for files of any size. */
import type { ImportKind } from "../src/domain/imports/record.ts";

type Value = string | number;

/** A file of a kind: its header, and the row of each index from 0 on. */
interface Shape {
  readonly header: readonly string[];
  readonly row: (index: number) => readonly Value[];
  /** Python's csv.writer quotes everything for Odoo, and all but numbers for Frappe. */
  readonly quotes: "all" | "texts" | "none";
}

/** Products of the files of lots, so that a file of products with as many rows has them all. */
const products = 1000;

/** Rows of a sequence: itself with its first date range, and those of the years behind. */
const years = 10;

function digits(number: number, width: number): string {
  return String(number).padStart(width, "0");
}

function code(index: number): string {
  return `VALVE-${digits(index % products, 4)}`;
}

const shapes: { readonly [Kind in ImportKind]: Shape } = {
  odoo_products: {
    header: [
      "default_code",
      "name",
      "barcode",
      "tracking",
      "use_expiration_date",
      "expiration_time",
      "lot_sequence_id",
    ],
    row: (index) => {
      const number = digits(index, 4);
      const sequence = `Valve ${number} Serial Sequence`;
      return [`VALVE-${number}`, `Valve ${number}`, "", "By Unique Serial Number", "", 0, sequence];
    },
    quotes: "all",
  },
  odoo_sequences: {
    header: [
      "name",
      "code",
      "prefix",
      "suffix",
      "padding",
      "implementation",
      "number_next_actual",
      "number_increment",
      "use_date_range",
      "date_range_ids/date_from",
      "date_range_ids/date_to",
      "date_range_ids/number_next_actual",
    ],
    row: (index) => {
      const sequence = Math.floor(index / years);
      const year = 2026 + (index % years);
      const range = [`${year}-01-01`, `${year}-12-31`, (index % 900) + 1];
      if (index % years > 0) return ["", "", "", "", "", "", "", "", "", ...range];
      const name = `Valve ${digits(sequence, 6)} Serial Sequence`;
      const prefix = `V${digits(sequence, 6)}-%(range_year)s-`;
      const own = [name, "stock.lot.serial", prefix, "", 7, "Standard", 1, 1, "True"];
      return [...own, ...range];
    },
    quotes: "all",
  },
  odoo_lots: {
    header: ["name", "product_id/default_code", "product_qty", "expiration_date", "ref"],
    row: (index) => [
      `SN-${digits(index + 1, 8)}`,
      code(index),
      index % 10 === 0 ? "0.0" : "1.0",
      "",
      "",
    ],
    quotes: "all",
  },
  frappe_series: {
    header: ["name", "current"],
    row: (index) => [`SERIES-${digits(index, 7)}-2026-`, (index % 9000) + 1],
    quotes: "none",
  },
  erpnext_items: {
    header: [
      "ID",
      "Item Code",
      "Item Name",
      "Has Serial No",
      "Serial Number Series",
      "Has Batch No",
      "Batch Number Series",
      "Has Expiry Date",
      "Shelf Life In Days",
    ],
    row: (index) => {
      const number = digits(index, 4);
      const sku = `VALVE-${number}`;
      return [sku, sku, `Valve ${number}`, 1, `V${number}-.#######`, 0, "", 0, 0];
    },
    quotes: "texts",
  },
  erpnext_serials: {
    header: ["ID", "Serial No", "Item Code", "Warehouse", "Status"],
    row: (index) => {
      const name = `SN-${digits(index + 1, 8)}`;
      const place = index % 10 === 0 ? ["", "Delivered"] : ["Stores - M", "Active"];
      return [name, name, code(index), ...place];
    },
    quotes: "texts",
  },
  erpnext_batches: {
    header: ["Batch ID", "Item", "Batch Quantity", "Manufacturing Date", "Expiry Date"],
    row: (index) => [
      `B-${digits(index + 1, 8)}`,
      code(index),
      (index % 500) + 0.5,
      "2026-11-21",
      "2028-11-21",
    ],
    quotes: "texts",
  },
};

/** Rows of a piece. */
const pieceRows = 1000;

/** A file of a kind with so many rows under its header, in pieces. */
export function* importFile(kind: ImportKind, rows: number): Generator<string, void> {
  const { header, row, quotes } = shapes[kind];
  yield line(header, quotes);
  for (let from = 0; from < rows; from += pieceRows) {
    let piece = "";
    for (let index = from; index < Math.min(from + pieceRows, rows); index += 1) {
      piece += line(row(index), quotes);
    }
    yield piece;
  }
}

function line(values: readonly Value[], quotes: Shape["quotes"]): string {
  const written = values.map((value) => {
    const bare = quotes === "none" || (quotes === "texts" && typeof value === "number");
    return bare ? String(value) : `"${String(value).replaceAll('"', '""')}"`;
  });
  return `${written.join(",")}\r\n`;
}
