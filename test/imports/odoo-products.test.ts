import { describe, expect, it } from "vitest";

import labels from "./files/odoo_products.labels.csv?raw";
import technical from "./files/odoo_products.technical.csv?raw";
import { failureOf, lines, readFile, reasons } from "./reading.ts";

const drill = {
  sku: "DRILL-18V",
  name: "Cordless drill 18 V",
  tracking: "serial",
  gtin: "4006381333931",
  expiry: "none",
  shelf_life_days: null,
  sequence: { key: "Cordless-drill-18-V-Serial-Sequence", pattern: null },
};

describe("products of Odoo", () => {
  it("are read under technical names", async () => {
    const file = await readFile("odoo_products", technical);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([
      drill,
      {
        sku: "GLUE-5",
        name: "Wood glue, 5 kg",
        tracking: "lot",
        gtin: null,
        expiry: "optional",
        shelf_life_days: 540,
        sequence: { key: "chem.lot", pattern: null },
      },
      {
        // Odoo's guard against formulas is gone.
        sku: "-10",
        name: "Ten below",
        tracking: "lot",
        gtin: null,
        expiry: "optional",
        shelf_life_days: null,
        sequence: null,
      },
      {
        sku: "SCREW-4x40",
        name: 'Screws 4 x 40 mm, "Torx"',
        tracking: "none",
        gtin: null,
        expiry: "none",
        shelf_life_days: null,
        sequence: null,
      },
    ]);
    expect(file.placed.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect(file.totals).toEqual({
      rows: 4,
      records: 4,
      refused: 0,
      columns: {
        sku: "default_code",
        name: "name",
        tracking: "tracking",
        gtin: "barcode",
        expiry: "use_expiration_date",
        shelf_life_days: "expiration_time",
        sequence_code: "lot_sequence_id/code",
        sequence_name: "lot_sequence_id/name",
      },
      ignored: ["id"],
    });
  });

  it("are read under labels, as a spreadsheet saved them", async () => {
    const file = await readFile("odoo_products", labels);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([
      drill,
      {
        sku: "GLUE-5",
        name: "Wood glue, 5 kg",
        tracking: "lot",
        gtin: null,
        // Without the column that says so, days to expiry mean that it expires.
        expiry: "optional",
        shelf_life_days: 540,
        sequence: null,
      },
      {
        sku: "SCREW-4x40",
        name: "Screws 4 x 40 mm",
        tracking: "none",
        gtin: null,
        expiry: "none",
        shelf_life_days: null,
        sequence: null,
      },
    ]);
    expect(file.totals.ignored).toEqual(["Sales Price"]);
  });

  it.each([
    ["serial", "serial"],
    ["lot", "lot"],
    ["none", "none"],
    ["By Unique Serial Number", "serial"],
    ["by lots", "lot"],
    ["No Tracking", "none"],
    ["By Quantity", "none"],
    ["", "none"],
  ])("tracking %j is %s", async (text, tracking) => {
    const file = await readFile("odoo_products", lines("default_code,tracking", `A,${text}`));
    expect(file.records.map((record) => record.tracking)).toEqual([tracking]);
  });

  it.each([
    ["default_code,tracking\n,lot", "default_code", "import_product_nameless"],
    ["default_code,tracking\n  ,lot", "default_code", "import_product_nameless"],
    ["default_code,tracking\nÄ-1,lot", "default_code", "import_text"],
    ["default_code,tracking\n A,lot", "default_code", "import_text"],
    ["default_code,tracking\n..,lot", "default_code", "import_text"],
    [`default_code,tracking\n${"x".repeat(65)},lot`, "default_code", "import_text"],
    [`default_code,tracking\n${"x".repeat(5000)},lot`, "default_code", "import_value_too_long"],
    ["Internal Reference,Tracking\nA,By weight", "Tracking", "import_choice"],
    [`default_code,tracking,name\nA,lot,${"x".repeat(201)}`, "name", "import_value_too_long"],
    ["default_code,tracking,name\nA,lot,a\u{200B}b", "name", "import_text"],
    ["default_code,tracking,barcode\nA,lot,4006381333932", "barcode", "import_gtin"],
    ["default_code,tracking,barcode\nA,lot,SHELF-7", "barcode", "import_gtin"],
    [
      "default_code,tracking,use_expiration_date\nA,lot,maybe",
      "use_expiration_date",
      "import_flag",
    ],
    ["default_code,tracking,expiration_time\nA,lot,-1", "expiration_time", "import_number"],
    ["default_code,tracking,expiration_time\nA,lot,36501", "expiration_time", "import_number"],
    ["default_code,tracking,expiration_time\nA,lot,3.5", "expiration_time", "import_number"],
    [
      "default_code,tracking,lot_sequence_id/code\nA,lot,stock.lot.serial",
      "lot_sequence_id/code",
      "import_sequence_unnamed",
    ],
    ["default_code,tracking,lot_sequence_id\nA,lot,序列", "lot_sequence_id", "import_key_none"],
  ])("%j is refused", async (text, column, code) => {
    const file = await readFile("odoo_products", text);
    expect(reasons(file)).toEqual([[2, column, code]]);
    expect(file.records).toEqual([]);
  });

  it("may leave out barcodes that are no GTIN by a mapping", async () => {
    const text = lines("default_code,tracking,barcode", "A,lot,SHELF-7");
    const file = await readFile("odoo_products", text, { mapping: { gtin: null } });
    expect(file.records.map(({ gtin }) => gtin)).toEqual([null]);
    expect(file.totals.ignored).toEqual(["barcode"]);
  });

  it("may have their code elsewhere", async () => {
    const text = lines("Name,Tracking", "Valve,lot");
    const file = await readFile("odoo_products", text, { mapping: { sku: "Name" } });
    expect(file.records.map(({ sku, name }) => [sku, name])).toEqual([["Valve", "Valve"]]);
  });

  it("are not taken when their sequence is an id of Odoo's database", async () => {
    const text = lines(
      "default_code,tracking,lot_sequence_id/id",
      "A,lot,__export__.ir_sequence_9_1",
    );
    const failure = await failureOf(readFile("odoo_products", text));
    expect([failure.code, failure.facts["column"]]).toEqual([
      "import_column_unusable",
      "lot_sequence_id/id",
    ]);
    const without = await readFile("odoo_products", text, { mapping: { sequence_name: null } });
    expect(without.records.map(({ sequence }) => sequence)).toEqual([null]);
  });

  it("of another company than the first are left out", async () => {
    const text = lines(
      "default_code,tracking,company_id",
      "A,lot,",
      "B,lot,One Ltd",
      "C,lot,Two Ltd",
      "D,lot,One Ltd",
      "E,lot,",
    );
    const file = await readFile("odoo_products", text);
    expect(file.records.map(({ sku }) => sku)).toEqual(["A", "B", "D", "E"]);
    expect(reasons(file)).toEqual([[4, "company_id", "import_other_company"]]);
  });
});
