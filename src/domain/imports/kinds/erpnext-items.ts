import { isGtin } from "../../products/gtin.ts";
import { shelfLifeDays } from "../../products/shelf-life.ts";
import type { CompilePattern, Kind } from "../kind.ts";
import type { ProductRecord, SequenceOfProduct, WrittenPattern } from "../record.ts";
import { slugOf } from "../slug.ts";
import type { Cells } from "../table/cells.ts";
import { flagOf } from "../values/choice.ts";
import { wholeOf } from "../values/number.ts";
import { plainTextOf, skuOf } from "../values/text.ts";

type Field =
  | "sku"
  | "name"
  | "has_serial_no"
  | "has_batch_no"
  | "serial_series"
  | "batch_series"
  | "expiry"
  | "shelf_life_days"
  | "gtin";

/** ERPNext's items, with their barcodes as rows that go on below. */
export const erpnextItems: Kind<Field, ProductRecord> = {
  system: "frappe",
  fields: {
    // An item is named by its code, so that its ID is the same.
    sku: ["item_code", "Item Code", "name", "ID"],
    name: ["item_name", "Item Name"],
    has_serial_no: ["has_serial_no", "Has Serial No"],
    has_batch_no: ["has_batch_no", "Has Batch No"],
    serial_series: ["serial_no_series", "Serial Number Series"],
    batch_series: ["batch_number_series", "Batch Number Series"],
    expiry: ["has_expiry_date", "Has Expiry Date"],
    shelf_life_days: ["shelf_life_in_days", "Shelf Life In Days"],
    gtin: ["Barcode (Barcodes)", "barcodes.barcode"],
  },
  needs: [["sku"], ["has_serial_no", "has_batch_no"]],
  listed: ["gtin"],
  unusable: [],
  attributes: false,
  parameters: ["allow_overlap"],
  company: null,
  identity: ({ sku }) => sku,
  read: (rows, { compile }) => {
    const [cells] = rows;
    const sku = skuOf(cells, "sku");
    const name = plainTextOf(cells, "name");
    const tracking = trackingOf(cells);
    const expires = flagOf(cells, "expiry");
    const days = wholeOf(cells, "shelf_life_days", 0n, BigInt(shelfLifeDays.most));
    return {
      sku,
      name,
      tracking,
      gtin: gtinOf(rows),
      expiry: expires ? expiryOf[tracking] : "none",
      shelf_life_days: expires && days !== null && days > 0n ? Number(days) : null,
      sequence: tracking === "none" ? null : sequenceOf(cells, seriesField[tracking], compile),
    };
  },
};

/**
 * A batch of an item with expiry dates cannot be saved without one (erpnext/stock/doctype/batch/batch.py);
 * a serial has none of its own.
 */
const expiryOf = { serial: "optional", lot: "required", none: "none" } as const;

const seriesField = { serial: "serial_series", lot: "batch_series" } as const;

/** An item may have both; its serials are what is told apart then. */
function trackingOf(cells: Cells<Field>): "none" | "lot" | "serial" {
  const serial = flagOf(cells, "has_serial_no");
  const batch = flagOf(cells, "has_batch_no");
  if (serial) return "serial";
  return batch ? "lot" : "none";
}

/** The first barcode that is a GTIN. */
function gtinOf(rows: readonly [Cells<Field>, ...Cells<Field>[]]): string | null {
  const withBarcode = rows.filter((cells) => !cells.isBlank("gtin"));
  const barcodes = withBarcode.map((cells) => cells.text("gtin").trim());
  const gtin = barcodes.find(isGtin);
  const [first] = withBarcode;
  if (gtin !== undefined || first === undefined) return gtin ?? null;
  return first.refuse("gtin", "import_gtin", { barcode: barcodes[0] ?? "" });
}

/** A sequence of the item's naming series; the key shows the counter's digits as zeros. */
function sequenceOf(
  cells: Cells<Field>,
  field: "serial_series" | "batch_series",
  compile: CompilePattern,
): SequenceOfProduct | null {
  const series = cells.text(field).trim();
  if (series === "") return null;
  const pattern: WrittenPattern = { dialect: "frappe", pattern: series };
  const compiled = compile(pattern);
  if (!compiled.ok) return cells.refuseAs(field, compiled);
  const key = slugOf(series.replaceAll("#", "0"));
  return key === "" ? cells.refuse(field, "import_key_none", {}) : { key, pattern };
}
