import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { odooSequenceKey } from "../../src/domain/imports/kinds/odoo-sequence-key.ts";
import { ruleOfRanges } from "../../src/domain/imports/kinds/date-ranges.ts";
import { slugOf } from "../../src/domain/imports/slug.ts";
import { sequenceKeyShape } from "../../src/domain/sequences/key.ts";
import labels from "./files/odoo_sequences.labels.csv?raw";
import technical from "./files/odoo_sequences.technical.csv?raw";
import { failureOf, lines, readFile, reasons } from "./reading.ts";

const header =
  "name,code,prefix,suffix,padding,implementation,number_next_actual,number_next,number_increment," +
  "use_date_range,date_range_ids/date_from,date_range_ids/date_to,date_range_ids/number_next_actual";

/** A row with the range of one day. */
function dayRange(day: number): string {
  const text = new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10);
  return `,,,,,,,,,,${text},${text},1`;
}

function rule(...ranges: [string, string][]): unknown {
  return ruleOfRanges(ranges.map(([first_day, last_day]) => ({ first_day, last_day })));
}

function ordinary(reset: string): unknown {
  return { reset, fiscal_year_start: "01-01" };
}

const never = { reset: "never", fiscal_year_start: "01-01", periods: [] };

const expected = [
  {
    key: "Cordless-drill-18-V-Serial-Sequence",
    name: "Cordless drill 18 V Serial Sequence",
    pattern: { dialect: "odoo", prefix: "DR", padding: 7, suffix: "" },
    mode: "standard",
    increment: "1",
    next: "1412",
    ...never,
  },
  {
    key: "account.invoice",
    name: "Customer Invoices",
    pattern: { dialect: "odoo", prefix: "INV/%(range_year)s/", padding: 5, suffix: "" },
    mode: "gapless",
    increment: "1",
    reset: "yearly",
    fiscal_year_start: "01-01",
    next: null,
    periods: [
      { first_day: "2025-01-01", last_day: "2025-12-31", next: "318" },
      { first_day: "2026-01-01", last_day: "2026-12-31", next: "42" },
    ],
  },
  {
    key: "chem.lot",
    name: "Lots of chemicals",
    pattern: { dialect: "odoo", prefix: "CH", padding: 4, suffix: "-A" },
    mode: "standard",
    increment: "10",
    next: "120",
    ...never,
  },
  {
    key: "Fiscal-receipts",
    name: "Fiscal receipts",
    pattern: { dialect: "odoo", prefix: "R%(range_y)s-", padding: 0, suffix: "" },
    mode: "standard",
    increment: "1",
    reset: "fiscal",
    fiscal_year_start: "04-01",
    next: null,
    periods: [
      { first_day: "2025-04-01", last_day: "2026-03-31", next: "77" },
      { first_day: "2026-04-01", last_day: "2027-03-31", next: "5" },
    ],
  },
];

describe("sequences of Odoo", () => {
  it.each([
    ["technical names", technical],
    ["labels", labels],
  ])("are read under %s, with their date ranges", async (_, text) => {
    const file = await readFile("odoo_sequences", text);
    expect(file.refused).toEqual([]);
    expect(file.records).toEqual(expected);
    expect(file.placed.map(({ line }) => line)).toEqual([2, 3, 5, 6]);
    expect([file.totals.rows, file.totals.records]).toEqual([6, 4]);
  });

  it("go on with a margin, in steps, but for gapless ones", async () => {
    const file = await readFile("odoo_sequences", technical, { margin: 100n });
    expect(file.records.map(({ next, periods }) => next ?? periods.map((one) => one.next))).toEqual(
      [
        "1512",
        ["318", "42"],
        // 120 + 100 * 10
        "1120",
        ["177", "105"],
      ],
    );
  });

  it("that count in the database need their actual number", async () => {
    const text = lines(
      "name,prefix,suffix,padding,implementation,number_next,number_increment,use_date_range",
      "Standard,S,,4,Standard,17,1,False",
      "Gapless,G,,4,No gap,17,1,False",
    );
    const file = await readFile("odoo_sequences", text);
    expect(reasons(file)).toEqual([[2, null, "import_counter_stale"]]);
    expect(file.records.map(({ key, next }) => [key, next])).toEqual([["Gapless", "17"]]);

    const blank = lines(header, "Standard,,S,,4,standard,,17,1,False,,,");
    expect(reasons(await readFile("odoo_sequences", blank))).toEqual([
      [2, "number_next_actual", "import_counter_stale"],
    ]);
    const range = lines(header, "Standard,,S,,4,standard,1,1,1,True,2026-01-01,2026-12-31,");
    expect(reasons(await readFile("odoo_sequences", range))).toEqual([
      [2, "date_range_ids/number_next_actual", "import_counter_stale"],
    ]);
  });

  it("that begin anew each year may have no range yet", async () => {
    const text = lines(header, "Invoices,inv,%(range_year)s/,,5,standard,1,1,1,True,,,");
    const [sequence] = (await readFile("odoo_sequences", text)).records;
    expect(sequence).toMatchObject({ reset: "yearly", next: null, periods: [] });
  });

  it("leave out ranges that Odoo does not use", async () => {
    const text = lines(header, "Lots,lots,L,,5,standard,8,1,1,False,2026-01-01,2026-03-31,4");
    const [sequence] = (await readFile("odoo_sequences", text)).records;
    expect(sequence).toMatchObject({ reset: "never", next: "8", periods: [] });
  });

  it("have a key of their own where a column says so", async () => {
    const text = lines(`key,${header}`, "my-lots,Lots,lots,L,,5,standard,8,1,1,False,,,");
    const file = await readFile("odoo_sequences", text);
    expect(file.records.map(({ key }) => key)).toEqual(["my-lots"]);
    const wrong = lines(`key,${header}`, "my lots,Lots,lots,L,,5,standard,8,1,1,False,,,");
    expect(reasons(await readFile("odoo_sequences", wrong))).toEqual([[2, "key", "import_text"]]);
  });

  it.each([
    ["Lots,,L%(quarter)s,,5,standard,8,1,1,False,,,", "prefix", "pattern_unknown_token"],
    ["Lots,,L,%(quarter)s,5,standard,8,1,1,False,,,", "suffix", "pattern_unknown_token"],
    ["Lots,,L,,wide,standard,8,1,1,False,,,", "padding", "import_number"],
    ["Lots,,L,,5,fast,8,1,1,False,,,", "implementation", "import_choice"],
    ["Lots,,L,,5,standard,8.5,1,1,False,,,", "number_next_actual", "import_number"],
    ["Lots,,L,,5,standard,1000000000000000000,1,1,False,,,", "number_next_actual", "import_number"],
    ["Lots,,L,,5,standard,8,1,0,False,,,", "number_increment", "import_number"],
    ["Lots,,L,,5,standard,8,1,-1,False,,,", "number_increment", "import_number"],
    ["Lots,,L,,5,standard,8,1,1,sometimes,,,", "use_date_range", "import_flag"],
    ["Lots,,L,,5,No gap,,,1,False,,,", "number_next_actual", "import_value_missing"],
    [",lots,L,,5,standard,8,1,1,False,,,", "name", "import_value_missing"],
    ["序列,,L,,5,standard,8,1,1,False,,,", "name", "import_key_none"],
    [
      "Lots,,L,,5,standard,8,1,1,True,2026-01-01,,5",
      "date_range_ids/date_to",
      "import_value_missing",
    ],
    [
      "Lots,,L,,5,standard,8,1,1,True,2026-02-29,2026-12-31,5",
      "date_range_ids/date_from",
      "import_day",
    ],
    [
      "Lots,,L,,5,standard,8,1,1,True,2026-01-15,2026-12-31,5",
      "date_range_ids/date_from",
      "import_ranges_irregular",
    ],
  ])("%j is refused", async (row, column, code) => {
    const file = await readFile("odoo_sequences", lines(header, row));
    expect(reasons(file)).toEqual([[2, column, code]]);
  });

  it("of the second row with a key are refused", async () => {
    const text = lines(
      header,
      "First,my.code,A,,5,standard,8,1,1,False,,,",
      "Second,my code,B,,5,standard,8,1,1,False,,,",
      "Third,my-code,C,,5,standard,8,1,1,False,,,",
      // The code that all have is no key, the names are.
      "Fourth,stock.lot.serial,D,,5,standard,8,1,1,False,,,",
      "Fifth,stock.lot.serial,E,,5,standard,8,1,1,False,,,",
    );
    const file = await readFile("odoo_sequences", text);
    expect(file.records.map(({ key }) => key)).toEqual(["my.code", "my-code", "Fourth", "Fifth"]);
    expect(file.refused).toEqual([
      {
        line: 4,
        column: null,
        code: "import_key_taken",
        detail:
          '"my-code" is the key of the row in line 3 already. ' +
          "Remove one of the rows, or give one another code; for sequences you may add a column key.",
      },
    ]);
  });

  it("refuse a range at its own line, and with it the sequence", async () => {
    const text = lines(
      header,
      "Lots,,L,,5,standard,8,1,1,True,2025-01-01,2025-12-31,5",
      ",,,,,,,,,,2026-01-01,2026-12-31,many",
      "More,,M,,5,standard,8,1,1,False,,,",
    );
    const file = await readFile("odoo_sequences", text);
    expect(reasons(file)).toEqual([[3, "date_range_ids/number_next_actual", "import_number"]]);
    expect(file.records.map(({ key }) => key)).toEqual(["More"]);
  });

  it("refuse two ranges of one day", async () => {
    const text = lines(
      header,
      "Lots,,L,,5,standard,8,1,1,True,2025-01-01,2025-12-31,5",
      ",,,,,,,,,,2025-01-01,2025-12-31,6",
    );
    expect(reasons(await readFile("odoo_sequences", text))).toEqual([
      [2, "date_range_ids/date_from", "import_range_repeated"],
    ]);
  });

  it("are not made without a range that cannot be read", async () => {
    const text = lines(
      header,
      "Lots,,L,,5,standard,8,1,1,True,2025-01-01,2025-12-31,5",
      ",,,,,,,,,,2026-01-01,2026-12-31,6,extra",
      ",,,,,,,,,,2027-01-01,2027-12-31,7",
      "More,,M,,5,standard,8,1,1,False,,,",
    );
    const file = await readFile("odoo_sequences", text);
    expect(reasons(file)).toEqual([
      [2, null, "import_row_incomplete"],
      [3, null, "import_row_columns"],
      [4, null, "import_row_alone"],
    ]);
    expect(file.records.map(({ key }) => key)).toEqual(["More"]);
  });

  it("begin with a row of their own", async () => {
    const text = lines(header, ",,,,,,,,,,2026-01-01,2026-12-31,6");
    expect(reasons(await readFile("odoo_sequences", text))).toEqual([
      [2, null, "import_row_alone"],
    ]);
  });

  it("may have 10,000 rows more, and no others", async () => {
    const ranges = Array.from({ length: 10_001 }, (_, day) => dayRange(day));
    const own = "Lots,,L,,5,standard,8,1,1,True,,,";
    const most = await readFile("odoo_sequences", lines(header, own, ...ranges.slice(1)));
    expect(most.records.map(({ reset, periods }) => [reset, periods.length])).toEqual([
      ["daily", 10_000],
    ]);
    const more = await readFile("odoo_sequences", lines(header, own, ...ranges));
    expect(reasons(more)).toEqual([[2, null, "import_row_too_many_lines"]]);
  });

  it("need what has no default, and no more", async () => {
    const failure = await failureOf(readFile("odoo_sequences", lines("name,code", "Lots,lots")));
    expect(failure.code).toBe("import_columns_missing");
    expect(failure.facts["missing"]).toEqual([
      { fields: ["prefix"], columns: ["prefix", "Prefix"] },
      { fields: ["padding"], columns: ["padding", "Sequence Size"] },
      {
        fields: ["next", "stored_next", "range_next", "range_stored_next"],
        columns: [
          "number_next_actual",
          "Actual Next Number",
          "number_next",
          "Next Number",
          "date_range_ids/number_next_actual",
          "Subsequences/Actual Next Number",
          "date_range_ids/number_next",
          "Subsequences/Next Number",
        ],
      },
    ]);
    const short = lines("name,prefix,padding,number_next_actual", "Lots,L,5,8");
    expect((await readFile("odoo_sequences", short)).records).toMatchObject([
      { pattern: { prefix: "L", suffix: "" }, mode: "standard", increment: "1", next: "8" },
    ]);
    const ranges = lines(
      "name,prefix,padding,date_range_ids/date_from,date_range_ids/date_to,date_range_ids/number_next_actual",
      "Invoices,INV/%(range_year)s/,5,2026-01-01,2026-12-31,42",
    );
    expect((await readFile("odoo_sequences", ranges)).records).toMatchObject([
      { reset: "yearly", next: null, periods: [{ first_day: "2026-01-01", next: "42" }] },
    ]);
  });

  it("go no further than the greatest number", async () => {
    const text = lines(header, "Lots,,L,,5,standard,999999999999999999,1,1,False,,,");
    expect((await readFile("odoo_sequences", text)).records[0]?.next).toBe("999999999999999999");
    const file = await readFile("odoo_sequences", text, { margin: 1n });
    expect(reasons(file)).toEqual([[2, "number_next_actual", "import_number_beyond"]]);
  });
});

describe("the rule of date ranges", () => {
  it("is found for each reset", () => {
    expect(rule()).toEqual(ordinary("yearly"));
    expect(rule(["2026-01-01", "2026-12-31"], ["2024-01-01", "2024-12-31"])).toEqual(
      ordinary("yearly"),
    );
    expect(rule(["2026-02-01", "2026-02-28"], ["2024-02-01", "2024-02-29"])).toEqual(
      ordinary("monthly"),
    );
    // 2026-01-05 is a Monday (vectors, section 4).
    expect(rule(["2026-01-05", "2026-01-11"], ["2025-12-29", "2026-01-04"])).toEqual(
      ordinary("weekly"),
    );
    expect(rule(["2026-01-05", "2026-01-05"])).toEqual(ordinary("daily"));
    expect(rule(["1959-06-01", "1960-05-31"], ["1960-06-01", "1961-05-31"])).toEqual({
      reset: "fiscal",
      fiscal_year_start: "06-01",
    });
    expect(rule(["2023-03-01", "2024-02-29"])).toEqual({
      reset: "fiscal",
      fiscal_year_start: "03-01",
    });
  });

  it.each([
    // A year that is cut, as Odoo makes it beside a range made by hand.
    ["2026-03-16", "2026-12-31"],
    ["2026-02-01", "2026-02-27"],
    // From a Tuesday.
    ["2026-01-06", "2026-01-12"],
    ["2024-02-29", "2025-02-28"],
    ["2026-12-31", "2026-01-01"],
    ["2026-01-01", "2027-12-31"],
  ])("is none for %s to %s", (first_day, last_day) => {
    expect(rule([first_day, last_day])).toEqual({ first_day, last_day });
  });

  it("is the same for all", () => {
    expect(rule(["2026-01-01", "2026-12-31"], ["2027-01-01", "2027-01-31"])).toEqual({
      first_day: "2027-01-01",
      last_day: "2027-01-31",
    });
    expect(rule(["2025-04-01", "2026-03-31"], ["2026-06-01", "2027-05-31"])).toEqual({
      first_day: "2026-06-01",
      last_day: "2027-05-31",
    });
  });
});

describe("the key of a sequence", () => {
  it.each([
    ["sale.order", "Sales Order", "sale.order"],
    ["", "Sales Order", "Sales-Order"],
    ["  ", "Sales Order", "Sales-Order"],
    [
      "stock.lot.serial",
      "Cordless drill 18 V Serial Sequence",
      "Cordless-drill-18-V-Serial-Sequence",
    ],
    ["Größe/Ähre", "x", "Gro-e-Ahre"],
    ["__a__", "x", "a"],
    ["序列", "Serials", "Serials"],
    ["序列", "序列", ""],
  ])("of %j, %j is %j", (code, name, key) => {
    expect(odooSequenceKey(code, name)).toBe(key);
  });

  it("always is one, or empty", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const key = slugOf(text);
        expect(key === "" || sequenceKeyShape.test(key)).toBe(true);
        expect(slugOf(key)).toBe(key);
      }),
    );
  });
});
