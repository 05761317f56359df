import { describe, expect, it } from "vitest";

import labels from "./files/odoo_lots.labels.csv?raw";
import technical from "./files/odoo_lots.technical.csv?raw";
import { failureOf, lines, readFile, reasons } from "./reading.ts";

const chemicals = {
  product: "GLUE-5",
  name: "CH0110-A",
  quantity: "12.5",
  state: "available",
  party: null,
  reference: null,
  expires_on: "2027-03-31",
  produced_on: null,
  attributes: { ref: "SUP-8814" },
};

describe("lots of Odoo", () => {
  it("are read under technical names", async () => {
    const file = await readFile("odoo_lots", technical);
    expect(file.refused).toEqual([]);
    const nothing = { party: null, reference: null, produced_on: null, attributes: null };
    const drill = { product: "DRILL-18V", expires_on: null, ...nothing };
    expect(file.records).toEqual([
      { ...drill, name: "DR0000001", quantity: "1", state: "available", location: "WH/Stock" },
      // Nothing of it is left.
      { ...drill, name: "DR0000002", quantity: "0", state: "shipped", location: null },
      { ...chemicals, location: "WH/Stock/Shelf 1" },
      {
        product: "GLUE-5",
        // Odoo's guard against formulas is gone.
        name: "=1+1",
        quantity: "0.3",
        state: "available",
        location: "WH/Stock",
        expires_on: "2027-03-31",
        ...nothing,
      },
    ]);
    expect(file.totals.ignored).toEqual([]);
  });

  it("tell whom the last delivery of a serial went to, unless it is back", async () => {
    const text = lines(
      "name,product_id/name,product_qty,last_delivery_partner_id",
      `A,P,0.0,"Example Ltd, Jo"`,
      "B,P,1.0,Example Ltd",
      "C,P,0.0,",
    );
    const file = await readFile("odoo_lots", text);
    expect(file.records.map(({ party }) => party)).toEqual(["Example Ltd, Jo", null, null]);
    expect(file.totals.ignored).toEqual([]);
  });

  it("are read under labels", async () => {
    const file = await readFile("odoo_lots", labels);
    expect(file.refused).toEqual([]);
    expect(file.records.map(({ product, name }) => [product, name])).toEqual([
      ["DRILL-18V", "DR0000001"],
      ["GLUE-5", "CH0110-A"],
    ]);
    expect(file.records[1]).toEqual({ ...chemicals, location: null });
  });

  it.each([
    ["product_id/name", "DRILL-18V", "DRILL-18V"],
    ["Product/Name", "Cordless drill", "Cordless drill"],
    ["product_id", "[DRILL-18V] Cordless drill", "DRILL-18V"],
    ["Product", "[A-1] Drill [old]", "A-1"],
    ["product_id", "Cordless drill", "Cordless drill"],
    ["product_id/display_name", "[A] B", "A"],
  ])("name their product in %s: %j", async (column, text, product) => {
    const file = await readFile("odoo_lots", lines(`name,product_qty,${column}`, `L,1,${text}`));
    expect(file.records.map((record) => record.product)).toEqual([product]);
  });

  it("prefer the code of the product, and do not fall back on its name", async () => {
    const text = lines("name,product_qty,product_id/name,product_id/default_code", "L,1,Drill,");
    expect(reasons(await readFile("odoo_lots", text))).toEqual([
      [2, "product_id/default_code", "import_product_nameless"],
    ]);
  });

  it.each([
    ["1", "1"],
    ["1.0", "1"],
    ["0012", null],
    ["2.500000", "2.5"],
    ["0.1234567", null],
    ["0.30000000000000004", "0.3"],
    ["2.9999999999999996", "3"],
    ["999999999999.123456", "999999999999.123456"],
    ["1000000000000", null],
    ["0", "0"],
    ["-0.0", "0"],
    ["5.551115123125783e-17", null],
    ["-1.0", null],
    ["1,5", null],
    ["one", null],
    ["", undefined],
  ])("quantity %j is %j", async (text, quantity) => {
    const file = await readFile("odoo_lots", `name;product_qty;product_id\nL;${text};P\n`);
    if (quantity === null) expect(reasons(file)).toEqual([[2, "product_qty", "import_quantity"]]);
    else expect(file.records.map((record) => record.quantity)).toEqual([quantity ?? null]);
  });

  it.each([
    ["2026-01-31", "2026-01-31"],
    ["2026-01-31 10:00:00", "2026-01-31"],
    ["2026-01-31 10:00:00.123456", "2026-01-31"],
    ["2026-01-31T10:00", "2026-01-31"],
    ["2024-02-29", "2024-02-29"],
    ["9999-12-31", "9999-12-31"],
    ["", null],
    ["2026-02-29", undefined],
    ["0000-01-01", undefined],
    ["2026-13-01", undefined],
    ["31.01.2026", undefined],
    ["01/31/2026", undefined],
    ["2026-1-31", undefined],
    ["2026-01-31 10", undefined],
    ["soon", undefined],
  ])("expiry %j is %j", async (text, day) => {
    const file = await readFile(
      "odoo_lots",
      lines("name,product_qty,product_id,expiration_date", `L,1,P,${text}`),
    );
    if (day === undefined) expect(reasons(file)).toEqual([[2, "expiration_date", "import_day"]]);
    else expect(file.records.map(({ expires_on }) => expires_on)).toEqual([day]);
  });

  it.each([
    ["", "import_value_missing"],
    ["  ", "name_empty"],
    [" L1", "name_edge_space"],
    ["L1 ", "name_edge_space"],
    ["x".repeat(129), "name_too_long"],
    ["L\u{200B}1", "name_character"],
    ["L\u{0007}1", "name_character"],
    ["e\u{0301}1", "name_not_nfc"],
    ["..", "name_reserved_dots"],
  ])("named %j are refused", async (name, code) => {
    const file = await readFile("odoo_lots", lines("name,product_qty,product_id", `${name},1,P`));
    expect(reasons(file)).toEqual([[2, "name", code]]);
  });

  it("named in printable characters are never changed", async () => {
    const names = ["L 1", "É-1", "'1", "-1", "+1", "a/b", "序列 1"];
    const file = await readFile(
      "odoo_lots",
      lines("name,product_qty,product_id", ...names.map((name) => `${name},1,P`)),
    );
    expect(file.records.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["name,product_qty,product_id\nL,1,Größe", "product_id", "import_text"],
    [
      `name,product_qty,product_id,location_id\nL,1,P,${"x".repeat(201)}`,
      "location_id",
      "import_value_too_long",
    ],
    ["name,product_qty,product_id,ref\nL,1,P,a\u{200B}b", "ref", "import_text"],
    [`name,product_qty,product_id,ref\nL,1,P,${"é".repeat(2500)}`, null, "import_attributes"],
  ])("%j is refused", async (text, column, code) => {
    expect(reasons(await readFile("odoo_lots", text))).toEqual([[2, column, code]]);
  });

  it("keep what else is mapped as attributes", async () => {
    const text = lines(
      "name,product_qty,product_id,Supplier lot,Colour",
      "L,1,P,S-1,red",
      "M,1,P,,",
    );
    const mapping = { "attributes.supplier_lot": "Supplier lot", "attributes.colour": "Colour" };
    const file = await readFile("odoo_lots", text, { mapping });
    expect(file.records.map(({ attributes }) => attributes)).toEqual([
      { supplier_lot: "S-1", colour: "red" },
      null,
    ]);
  });

  it("pass over rows that go on with others", async () => {
    const text = lines(
      "name,product_qty,product_id,quant_ids/quantity",
      "L,1,P,1",
      ",,,2",
      "M,2,P,2",
    );
    const file = await readFile("odoo_lots", text);
    expect(file.records.map(({ name }) => name)).toEqual(["L", "M"]);
    expect(file.totals).toMatchObject({ rows: 3, records: 2, refused: 0 });
  });

  it("are not taken when their product is an id of Odoo's database", async () => {
    const text = lines("name,product_qty,product_id/id", "L,1,__export__.product_1");
    const failure = await failureOf(readFile("odoo_lots", text));
    expect([failure.code, failure.detail]).toEqual([
      "import_column_unusable",
      'The column "product_id/id" has database ids. Export "product_id/default_code" instead, ' +
        'or leave it out with {"product": null} in mapping.',
    ]);
  });
});
