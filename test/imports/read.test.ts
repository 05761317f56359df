import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { importFile } from "../../bench/import-rows.ts";
import { importKinds } from "../../src/domain/imports/kinds/kinds.ts";
import { batchLimits, readImport } from "../../src/domain/imports/read.ts";
import { failures } from "../../src/errors.ts";
import { cutAt, streamOf, utf8 } from "./bytes.ts";
import sequences from "./files/odoo_sequences.technical.csv?raw";
import { compile, failureOf, lines, readFile, readStream, reasons } from "./reading.ts";

/** A source of lots without an end, and how often it was asked for more. */
function endlessLots(row = "L-0001,1,P\n"): {
  stream: ReadableStream<Uint8Array>;
  asked: () => number;
  cancelled: () => boolean;
} {
  let asked = 0;
  let cancelled = false;
  const piece = utf8(row.repeat(100));
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(asked === 0 ? utf8("name,product_qty,product_id\n") : piece);
        asked += 1;
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, asked: () => asked, cancelled: () => cancelled };
}

describe("a file as a stream", () => {
  it("is read only while a batch is waited for, so that a file without end fits into memory", async () => {
    const { stream, asked, cancelled } = endlessLots();
    const reading = readImport("odoo_lots", stream, { compile });
    expect(asked()).toBe(0);
    for (let batch = 1; batch <= 50; batch += 1) {
      const next = await reading.next();
      if (next.done === true) throw new Error("The file has no end.");
      expect(next.value.records).toHaveLength(batchLimits.rows);
      // 100 rows a piece, after the header.
      const before = asked();
      expect(before).toBe((batch * batchLimits.rows) / 100 + 1);
      await scheduler.wait(1);
      expect(asked()).toBe(before);
    }
    await reading.return({ rows: 0, records: 0, refused: 0, columns: {}, ignored: [] });
    expect(cancelled()).toBe(true);
  });

  it("comes in batches of few characters, too", async () => {
    const wide = `L-0001,1,${"x".repeat(60)}\n`.repeat(batchLimits.rows * 3);
    const file = await readFile("odoo_lots", `name,product_qty,product_id\n${wide}`);
    expect(file.batches.map(({ records }) => records.length)).toEqual([2000, 2000, 2000]);
    const wider = `L-0001,1,P,${"x".repeat(2989)}\n`.repeat(250);
    const few = await readFile("odoo_lots", `name,product_qty,product_id,ref\n${wider}`);
    // 6 + 1 + 1 + 2,989 characters are read of each row: 101 rows are the first over 300,000.
    expect(few.batches.map(({ records }) => records.length)).toEqual([101, 101, 48]);
  });

  it("has refused rows in its batches, and counts them", async () => {
    const { stream } = endlessLots("L-0001,1\n");
    const next = await readImport("odoo_lots", stream, { compile }).next();
    if (next.done === true) throw new Error("The file has no end.");
    expect([next.value.records.length, next.value.refused.length]).toEqual([0, batchLimits.rows]);
  });

  it("is called off when it cannot be read on", async () => {
    const { stream, cancelled } = endlessLots('L-"1,1,P\n');
    expect((await failureOf(readStream("odoo_lots", stream))).code).toBe("csv_quote_stray");
    expect(cancelled()).toBe(true);
  });

  it("is the same however it is cut", async () => {
    const bytes = utf8(sequences);
    const whole = await readStream("odoo_sequences", streamOf([bytes]));
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(shares, async (cuts) => {
        expect(await readStream("odoo_sequences", streamOf(cutAt(bytes, cuts)))).toEqual(whole);
      }),
    );
  });
});

describe.each(importKinds)("the generated file of %s", (kind) => {
  it("has no row that is refused", async () => {
    const file = await readFile(kind, [...importFile(kind, 5_000)].join(""));
    expect(file.refused).toEqual([]);
    expect(file.totals.rows).toBe(5_000);
    expect(file.records).toHaveLength(kind === "odoo_sequences" ? 500 : 5_000);
    expect(file.totals.ignored).toEqual(
      kind === "erpnext_items" || kind === "erpnext_serials" ? ["ID"] : [],
    );
  });
});

describe("the rows of a file", () => {
  const header = "name,product_qty,product_id";

  it("with another number of columns are refused, and the others are read", async () => {
    const text = lines(header, "A,1,P", "B,1", "C,1,P,x", "D,1,P", "E");
    const file = await readFile("odoo_lots", text);
    expect(file.records.map(({ name }) => name)).toEqual(["A", "D"]);
    expect(file.refused).toEqual([
      {
        line: 3,
        column: null,
        code: "import_row_columns",
        detail:
          "The row has 2 columns; the header has 3. Put values that contain the separator in quotes.",
      },
      expect.objectContaining({ line: 4, code: "import_row_columns" }),
      expect.objectContaining({ line: 6, code: "import_row_columns" }),
    ]);
    expect(file.totals).toMatchObject({ rows: 5, records: 2, refused: 3 });
  });

  it("are reported at their physical line", async () => {
    const text = `${header},note\r\n"A",1,P,"one\r\ntwo"\r\n\r\n"B ",1,P,\r\n`;
    expect(reasons(await readFile("odoo_lots", text))).toEqual([[5, "name", "name_edge_space"]]);
  });

  it("say what is wrong under the header that the file has", async () => {
    const text = lines("My lot,QTY,Product", "A,many,P");
    const mapping = { name: "my lot", quantity: "qty" };
    const file = await readFile("odoo_lots", text, { mapping });
    expect(file.refused).toEqual([
      {
        line: 2,
        column: "QTY",
        code: "import_quantity",
        detail:
          'The quantity must be a decimal number of 0 or more in plain digits, such as "2.5", not "many".',
      },
    ]);
    expect(file.totals.columns).toEqual({
      name: "My lot",
      quantity: "QTY",
      product_display_name: "Product",
    });
  });

  it("of whatever texts are read or refused, each once", async () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("1", "0", "A", "2026-01-31", "True", "", "standard", "serial"),
    );
    const columns = 13;
    const table = fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...importKinds), table, async (kind, rows) => {
        const [first = ""] = importFile(kind, 0);
        const width = first.split(",").length;
        const written = rows.map((row) =>
          row
            .slice(0, width)
            .map((text) => `"${text.toWellFormed().replaceAll('"', '""')}"`)
            .join(","),
        );
        const file = await readFile(kind, first + written.map((row) => `${row}\r\n`).join(""));
        expect(file.totals.rows).toBe(rows.length);
        expect(file.records.length + file.refused.length).toBeLessThanOrEqual(rows.length);
        for (const { code, detail } of file.refused) {
          expect(Object.keys(failures)).toContain(code);
          expect(detail).toMatch(/^[A-Z"0-9].*\.$/s);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the header of a file", () => {
  it.each([
    ["", "csv_empty"],
    ["\u{FEFF}\r\n", "csv_empty"],
    [" , ,\n", "csv_empty"],
    ["name,product_qty\nA,1\n", "import_columns_missing"],
    ["name,name,product_qty,product_id\n", "import_column_repeated"],
    ["Name,name,NAME,product_qty,product_id\n", null],
    ["Name,NAME,product_qty,product_id\n", "import_column_repeated"],
    ["name,product_qty,product_id,other,other\n", null],
    [" NAME , Product_Qty ,PRODUCT_ID\n", null],
  ])("%j is met with %j", async (text, code) => {
    const reading = readFile("odoo_lots", text);
    if (code === null) expect((await reading).records).toEqual([]);
    else expect((await failureOf(reading)).code).toBe(code);
  });

  it("that lacks a column says which ones would do", async () => {
    const failure = await failureOf(readFile("odoo_lots", lines("Number;Product", "A;P")));
    expect(failure.detail).toBe(
      'The file has no column for name ("name", "Lot/Serial Number"). ' +
        "Export these as well, name the file's own columns in mapping, or say in mapping that there is none with null.",
    );
    expect(failure.facts["found"]).toEqual(["Number", "Product"]);
  });

  it("may lack what the mapping says that there is not", async () => {
    const text = lines("name,product_id", "A,P");
    const file = await readFile("odoo_lots", text, { mapping: { quantity: null } });
    expect(file.records.map(({ quantity, state }) => [quantity, state])).toEqual([
      [null, "available"],
    ]);
  });

  it.each([
    [{ colour: "name" }, "import_mapping_field"],
    [{ "attributes.": "name" }, "import_mapping_field"],
    [{ [`attributes.${"x".repeat(65)}`]: "name" }, "import_mapping_field"],
    [{ constructor: "name" }, "import_mapping_field"],
    [{ name: "Lot" }, "import_mapping_column"],
  ])("%j maps nothing", async (mapping, code) => {
    const text = lines("name,product_qty,product_id", "A,1,P");
    expect((await failureOf(readFile("odoo_lots", text, { mapping }))).code).toBe(code);
  });

  it("maps attributes of lots only", async () => {
    const text = lines("name,current", "A-,1");
    const failure = await failureOf(
      readFile("frappe_series", text, { mapping: { "attributes.x": "name" } }),
    );
    expect(failure.detail).toBe(
      'This kind of import has no field "attributes.x". Map any of series, current.',
    );
  });
});
