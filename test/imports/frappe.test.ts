import { describe, expect, it } from "vitest";

import batchLabels from "./files/erpnext_batches.labels.csv?raw";
import batchTemplate from "./files/erpnext_batches.template.csv?raw";
import itemLabels from "./files/erpnext_items.labels.csv?raw";
import itemTemplate from "./files/erpnext_items.template.csv?raw";
import serialLabels from "./files/erpnext_serials.labels.csv?raw";
import serialTemplate from "./files/erpnext_serials.template.csv?raw";
import series from "./files/frappe_series.csv?raw";
import { failureOf, lines, readFile, reasons } from "./reading.ts";

describe("series of Frappe", () => {
  it("go on behind the last number given", async () => {
    const file = await readFile("frappe_series", series);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([
      { series: "SINV-2026-", next: "319" },
      { series: "SINV-26-", next: "1" },
      { series: "ACC-PAY-2026-", next: "1205" },
      { series: "KOOH-on_update-", next: "4" },
    ]);
    const later = await readFile("frappe_series", series, { margin: 10n });
    expect(later.records.map(({ next }) => next)).toEqual(["329", "11", "1215", "14"]);
  });

  it("may have no text before the counter, and a space at its end", async () => {
    const file = await readFile("frappe_series", lines("name,current", ",7", "A ,8"));
    expect(file.records).toEqual([
      { series: "", next: "8" },
      { series: "A ", next: "9" },
    ]);
  });

  it.each([
    ["A-,", "current", "import_value_missing"],
    ["A-,-1", "current", "import_number"],
    ["A-,many", "current", "import_number"],
    ["A-,999999999999999999", "current", "import_number"],
    [" A-,1", "name", "name_edge_space"],
    ["A\u{200B}-,1", "name", "name_character"],
    [`${"x".repeat(128)},1`, "name", "name_too_long"],
  ])("%j is refused", async (row, column, code) => {
    const file = await readFile("frappe_series", lines("name,current", row));
    expect(reasons(file)).toEqual([[2, column, code]]);
  });

  it("go no further than the greatest number", async () => {
    const text = lines("name,current", "A-,999999999999999998");
    expect((await readFile("frappe_series", text)).records[0]?.next).toBe("999999999999999999");
    expect(reasons(await readFile("frappe_series", text, { margin: 1n }))).toEqual([
      [2, "current", "import_number_beyond"],
    ]);
  });
});

const drill = {
  sku: "DRILL-18V",
  name: "Cordless drill 18 V",
  tracking: "serial",
  gtin: "4006381333931",
  expiry: "none",
  shelf_life_days: null,
  sequence: { key: "DR-.00000", pattern: { dialect: "frappe", pattern: "DR-.#####" } },
};
const glue = {
  sku: "GLUE-5",
  name: "Wood glue, 5 kg",
  tracking: "lot",
  gtin: null,
  expiry: "required",
  shelf_life_days: 540,
  sequence: { key: "CH-.YYYY.-.0000", pattern: { dialect: "frappe", pattern: "CH-.YYYY.-.####" } },
};

describe("items of ERPNext", () => {
  it("are read under labels, with barcodes below", async () => {
    const file = await readFile("erpnext_items", itemLabels);
    expect(file.refused).toEqual([]);
    const plain = { gtin: null, expiry: "none", shelf_life_days: null };
    expect(file.records).toEqual([
      drill,
      glue,
      {
        ...plain,
        sku: "SCREW-4x40",
        name: 'Screws 4 x 40 mm, "Torx"',
        tracking: "none",
        sequence: null,
      },
      {
        ...plain,
        sku: "LASER-1",
        name: "Laser, both",
        // Its serials tell it apart, and what names its batches does not name them.
        tracking: "serial",
        sequence: null,
      },
    ]);
    expect(file.placed.map(({ line }) => line)).toEqual([2, 4, 5, 6]);
    expect(file.totals.ignored).toEqual(["ID", "Barcode Type (Barcodes)"]);
  });

  it("are read from a template, without the columns of its child tables", async () => {
    const file = await readFile("erpnext_items", itemTemplate);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([
      { ...drill, gtin: null },
      { ...glue, shelf_life_days: null },
    ]);
    expect(file.totals).toMatchObject({ rows: 3, records: 2, ignored: ["name"] });
  });

  it("may be named by their ID alone", async () => {
    const text = lines("ID,Has Serial No,Has Batch No", "A,0,1", 'B,"1","0"');
    const file = await readFile("erpnext_items", text);
    expect(file.records.map(({ sku, tracking }) => [sku, tracking])).toEqual([
      ["A", "lot"],
      ["B", "serial"],
    ]);
    const template = itemTemplate.replace(',"item_code"', ',"other_code"');
    const fromTemplate = await readFile("erpnext_items", template);
    expect(fromTemplate.records.map(({ sku }) => sku)).toEqual(["DRILL-18V", "GLUE-5"]);
  });

  it.each([
    [",Drill,1,,0,,0,0,", "Item Code", "import_product_nameless"],
    ["Größe,Drill,1,,0,,0,0,", "Item Code", "import_text"],
    ["A,Drill,both,,0,,0,0,", "Has Serial No", "import_flag"],
    ["A,Drill,1,S-.{quarter}.-.##,0,,0,0,", "Serial Number Series", "pattern_unknown_token"],
    ["A,Drill,0,,1,S-.{quarter}.-.##,0,0,", "Batch Number Series", "pattern_unknown_token"],
    ["A,Drill,0,,1,序列,0,0,", "Batch Number Series", "import_key_none"],
    ["A,Drill,1,,0,,1,36501,", "Shelf Life In Days", "import_number"],
    ["A,Drill,1,,0,,0,0,SHELF-7", "Barcode (Barcodes)", "import_gtin"],
  ])("%j is refused", async (row, column, code) => {
    const header =
      "Item Code,Item Name,Has Serial No,Serial Number Series,Has Batch No,Batch Number Series," +
      "Has Expiry Date,Shelf Life In Days,Barcode (Barcodes)";
    const file = await readFile("erpnext_items", lines(header, row));
    expect(reasons(file)).toEqual([[2, column, code]]);
  });
});

describe("serial numbers of ERPNext", () => {
  it("are read under labels, their state by status and warehouse", async () => {
    const file = await readFile("erpnext_serials", serialLabels);
    expect(file.refused).toEqual([]);
    expect(file.records.map(({ name, state, location }) => [name, state, location])).toEqual([
      ["DR-00001", "available", "Stores - MC"],
      ["DR-00002", "shipped", null],
      ["DR-00003", "consumed", null],
      ["DR-00004", "shipped", null],
      ["DR-00005", "available", "Stores - MC"],
      ["DR-00006", "shipped", null],
      ["DR-00007", "available", "Stores - MC"],
    ]);
    expect(file.records[1]).toEqual({
      product: "DRILL-18V",
      name: "DR-00002",
      quantity: "1",
      state: "shipped",
      location: null,
      party: "Example Ltd",
      reference: null,
      expires_on: null,
      produced_on: null,
      attributes: { warranty_expiry_date: "2028-01-31" },
    });
    expect(file.records[4]?.attributes).toEqual({
      batch_no: "LB0007",
      warranty_expiry_date: "2020-01-31",
    });
  });

  it("are read from an export with rows about the columns, and no line that ends them", async () => {
    const file = await readFile("erpnext_serials", serialTemplate);
    expect(file.refused).toEqual([]);
    expect(file.records.map(({ name, product, state }) => [name, product, state])).toEqual([
      ["DR-00001", "DRILL-18V", "available"],
      ["DR-00002", "DRILL-18V", "shipped"],
    ]);
    expect(file.placed.map(({ line }) => line)).toEqual([8, 9]);
  });

  it("tell who got them and by which document, and of those that are here whose they are", async () => {
    const text = lines(
      "serial_no,item_code,status,customer,delivery_document_no,delivery_date",
      "A,P,Delivered,Example Ltd,MAT-DN-2026-00007,2026-03-01",
      "B,P,Consumed,Example Ltd,,",
      "C,P,Active,Example Ltd,MAT-DN-2026-00001,",
    );
    const file = await readFile("erpnext_serials", text);
    expect(
      file.records.map(({ party, reference, attributes }) => [party, reference, attributes]),
    ).toEqual([
      ["Example Ltd", "MAT-DN-2026-00007", { delivery_date: "2026-03-01" }],
      ["Example Ltd", null, null],
      [null, null, { customer: "Example Ltd" }],
    ]);
  });

  it("without a warehouse column are here, unless their status says otherwise", async () => {
    const text = lines(
      "Serial No,Item Code,Status",
      "A,P,Active",
      "B,P,Inactive",
      "C,P,Consumed",
      "D,P,",
    );
    const file = await readFile("erpnext_serials", text);
    expect(file.records.map(({ state }) => state)).toEqual([
      "available",
      "available",
      "consumed",
      "available",
    ]);
  });

  it.each([
    [",P,Active", "Serial No", "import_value_missing"],
    ["A,,Active", "Item Code", "import_product_nameless"],
    ["A,P,Lost", "Status", "import_choice"],
    ["A ,P,Active", "Serial No", "name_edge_space"],
  ])("%j is refused", async (row, column, code) => {
    const file = await readFile("erpnext_serials", lines("Serial No,Item Code,Status", row));
    expect(reasons(file)).toEqual([[2, column, code]]);
  });

  it("are one company's", async () => {
    const text = lines("Serial No,Item Code,Status,Company", "A,P,Active,One", "B,P,Active,Two");
    expect(reasons(await readFile("erpnext_serials", text))).toEqual([
      [3, "Company", "import_other_company"],
    ]);
  });
});

describe("batches of ERPNext", () => {
  const first = {
    product: "GLUE-5",
    name: "CH-2026-0001",
    quantity: "12.5",
    state: "available",
    location: null,
    party: null,
    reference: null,
    expires_on: "2027-07-25",
    produced_on: "2026-01-31",
  };

  it("are read under labels", async () => {
    const file = await readFile("erpnext_batches", batchLabels);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([
      { ...first, attributes: { supplier: "Chem Works" } },
      {
        ...first,
        name: "CH-2026-0002",
        quantity: "0",
        state: "shipped",
        expires_on: "2027-07-26",
        produced_on: "2026-02-01",
        attributes: null,
      },
      {
        ...first,
        name: "CH-2026-0003",
        quantity: "0.3",
        expires_on: null,
        produced_on: null,
        attributes: null,
      },
    ]);
  });

  it("are read from a template, with dates in the form that it names", async () => {
    const file = await readFile("erpnext_batches", batchTemplate);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual([{ ...first, attributes: null }]);
  });

  it.each([
    ["yyyy-mm-dd", "2026-01-31"],
    ["dd-mm-yyyy", "31-01-2026"],
    ["dd/mm/yyyy", "31/01/2026"],
    ["dd.mm.yyyy", "31.01.2026"],
    ["mm/dd/yyyy", "01/31/2026"],
    ["mm-dd-yyyy", "01-31-2026"],
  ])("have dates in the form %s", async (form, day) => {
    const text = batchTemplate.replaceAll("dd-mm-yyyy", form).replace("31-01-2026", day);
    const file = await readFile("erpnext_batches", text.replace("25-07-2027", ""));
    expect(file.records.map(({ produced_on }) => produced_on)).toEqual(["2026-01-31"]);
  });

  it("name the form that a date has to have", async () => {
    const text = batchTemplate.replace("31-01-2026", "2026-01-31");
    const file = await readFile("erpnext_batches", text);
    expect(file.refused).toEqual([
      {
        line: 15,
        column: "manufacturing_date",
        code: "import_day",
        detail:
          'The produced_on is "2026-01-31". Write a day that exists in the form dd-mm-yyyy; a time behind it is left out.',
      },
    ]);
  });

  it.each([
    [",P,1,,", "Batch ID", "import_value_missing"],
    ["A,,1,,", "Item", "import_product_nameless"],
    ["A,P,-1,,", "Batch Quantity", "import_quantity"],
    ["A,P,1,2026-02-30,", "Manufacturing Date", "import_day"],
    ["A,P,1,,never", "Expiry Date", "import_day"],
  ])("%j is refused", async (row, column, code) => {
    const header = "Batch ID,Item,Batch Quantity,Manufacturing Date,Expiry Date";
    expect(reasons(await readFile("erpnext_batches", lines(header, row)))).toEqual([
      [2, column, code],
    ]);
  });
});

describe("a data import template", () => {
  it("must have its column names", async () => {
    const without = itemTemplate.replace("Column Name:", "Spaltenname:");
    expect((await failureOf(readFile("erpnext_items", without))).code).toBe(
      "import_template_broken",
    );
    const long = `Data Import Template\n${"note\n".repeat(100)}`;
    expect((await failureOf(readFile("erpnext_items", long))).code).toBe("import_template_broken");
  });

  it("may have been saved by a spreadsheet, filled up with separators", async () => {
    const text = lines(
      "Data Import Template;;",
      "Table:;Serial No;",
      "Notes, with commas, in, a, row;;",
      "DocType:;Serial No;",
      "Column Name:;serial_no;item_code",
      "Start entering data below this line;;",
      ";A;P",
    );
    const file = await readFile("erpnext_serials", text, { mapping: { status: null } });
    expect(file.records.map(({ name, product }) => [name, product])).toEqual([["A", "P"]]);
  });

  it("is none to Odoo", async () => {
    const text = lines("name,product_qty,product_id", "Table:,1,P");
    expect((await readFile("odoo_lots", text)).records.map(({ name }) => name)).toEqual(["Table:"]);
  });
});
