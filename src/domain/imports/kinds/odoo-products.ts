import { isGtin } from "../../products/gtin.ts";
import { shelfLifeDays } from "../../products/shelf-life.ts";
import type { Kind } from "../kind.ts";
import type { ProductRecord, SequenceOfProduct } from "../record.ts";
import type { Cells } from "../table/cells.ts";
import { choiceOf, flagOf } from "../values/choice.ts";
import { wholeOf } from "../values/number.ts";
import { plainTextOf, skuOf } from "../values/text.ts";
import { isSharedCode, odooSequenceKey } from "./odoo-sequence-key.ts";

type Field =
  | "sku"
  | "name"
  | "tracking"
  | "gtin"
  | "expiry"
  | "shelf_life_days"
  | "sequence_code"
  | "sequence_name"
  | "company";

const tracking = {
  serial: "serial",
  "By Unique Serial Number": "serial",
  lot: "lot",
  "By Lots": "lot",
  none: "none",
  "No Tracking": "none",
  "By Quantity": "none",
} as const;

/** Products or product variants of Odoo, with the fields of product_expiry and of lot sequences. */
export const odooProducts: Kind<Field, ProductRecord> = {
  system: "odoo",
  fields: {
    sku: ["default_code", "Internal Reference"],
    name: ["name", "Name"],
    tracking: ["tracking", "Tracking"],
    gtin: ["barcode", "Barcode"],
    expiry: ["use_expiration_date", "Use Expiration Date"],
    // Up to Odoo 13 life_time; labelled Expiration Date since 14.
    shelf_life_days: [
      "expiration_time",
      "Expiration Time",
      "Expiration Date",
      "life_time",
      "Product Life Time",
    ],
    sequence_code: [
      "lot_sequence_id/code",
      "Serial/Lot Numbers Sequence/Sequence Code",
      "Entry Sequence/Sequence Code",
    ],
    sequence_name: [
      "lot_sequence_id/name",
      "lot_sequence_id",
      "Serial/Lot Numbers Sequence/Name",
      "Serial/Lot Numbers Sequence",
      "Entry Sequence/Name",
      "Entry Sequence",
    ],
    company: ["company_id", "Company"],
  },
  needs: [["sku"], ["tracking"]],
  listed: [],
  unusable: [
    {
      header: "lot_sequence_id/id",
      fields: ["sequence_name", "sequence_code"],
      instead: ["lot_sequence_id/name", "lot_sequence_id/code"],
    },
  ],
  attributes: false,
  parameters: [],
  company: "company",
  identity: ({ sku }) => sku,
  read: ([cells]) => {
    const sku = skuOf(cells, "sku");
    const name = plainTextOf(cells, "name");
    const tracked = choiceOf(cells, "tracking", tracking, "none");
    const days = wholeOf(cells, "shelf_life_days", 0n, BigInt(shelfLifeDays.most));
    const expires = cells.has("expiry") ? flagOf(cells, "expiry") : days !== null && days > 0n;
    return {
      sku,
      name,
      tracking: tracked,
      gtin: gtinOf(cells),
      expiry: expires ? "optional" : "none",
      shelf_life_days: expires && days !== null && days > 0n ? Number(days) : null,
      // Odoo names a sequence for products that take no lots too.
      sequence: tracked === "none" ? null : sequenceOf(cells),
    };
  },
};

function gtinOf(cells: Cells<Field>): string | null {
  if (cells.isBlank("gtin")) return null;
  const barcode = cells.text("gtin").trim();
  return isGtin(barcode) ? barcode : cells.refuse("gtin", "import_gtin", { barcode });
}

function sequenceOf(cells: Cells<Field>): SequenceOfProduct | null {
  const code = cells.text("sequence_code").trim();
  const name = cells.text("sequence_name").trim();
  if (code === "" && name === "") return null;
  if (isSharedCode(code) && name === "") {
    cells.refuse("sequence_code", "import_sequence_unnamed", { code });
  }
  const key = odooSequenceKey(code, name);
  if (key === "") cells.refuse("sequence_name", "import_key_none", {});
  return { key, pattern: null };
}
