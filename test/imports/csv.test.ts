import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { csvRows, type CsvRow } from "../../src/domain/imports/csv/rows.ts";
import { longestRow } from "../../src/domain/imports/csv/text.ts";
import { Failure } from "../../src/errors.ts";
import { cutAt, streamOf, streamOfText, utf8 } from "./bytes.ts";

async function rowsOf(stream: ReadableStream<Uint8Array>): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const some of csvRows(stream)) for (const row of some) rows.push(row);
  return rows;
}

async function cellsOf(text: string): Promise<(readonly string[])[]> {
  return (await rowsOf(streamOfText(text))).map(({ cells }) => cells);
}

async function linesOf(text: string): Promise<number[]> {
  return (await rowsOf(streamOfText(text))).map(({ line }) => line);
}

/** The code and the line with which a file is refused. */
async function refusalOf(stream: ReadableStream<Uint8Array>): Promise<unknown> {
  try {
    await rowsOf(stream);
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.facts["line"]];
    throw error;
  }
  return undefined;
}

describe("a CSV file", () => {
  it("is rows of values, by RFC 4180 section 2", async () => {
    expect(await cellsOf("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n")).toEqual([
      ["aaa", "bbb", "ccc"],
      ["zzz", "yyy", "xxx"],
    ]);
    expect(await cellsOf("aaa,bbb,ccc\r\nzzz,yyy,xxx")).toEqual([
      ["aaa", "bbb", "ccc"],
      ["zzz", "yyy", "xxx"],
    ]);
    expect(await cellsOf('"aaa","b\r\nbb","ccc"\r\nzzz,yyy,xxx')).toEqual([
      ["aaa", "b\r\nbb", "ccc"],
      ["zzz", "yyy", "xxx"],
    ]);
    expect(await cellsOf('"aaa","b""bb","ccc"')).toEqual([["aaa", 'b"bb', "ccc"]]);
  });

  it("takes LF and CRLF, mixed as well", async () => {
    expect(await cellsOf('a,b\n"c",d\r\ne,"f"\ng,h')).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
      ["g", "h"],
    ]);
  });

  it("keeps spaces and empty values, and quotes within quotes", async () => {
    expect(await cellsOf(' a ,,\n,"",""""\n')).toEqual([
      [" a ", "", ""],
      ["", "", '"'],
    ]);
    expect(await cellsOf('a,"b"\n"c",')).toEqual([
      ["a", "b"],
      ["c", ""],
    ]);
  });

  it("passes over empty lines, but not over an empty value in quotes", async () => {
    expect(await cellsOf('a,b\n\n\r\n1,2\n\n""\n')).toEqual([["a", "b"], ["1", "2"], [""]]);
  });

  it("loses a byte order mark at its beginning, and only there", async () => {
    expect(await cellsOf("\u{FEFF}a,b\n\u{FEFF}1,2")).toEqual([
      ["a", "b"],
      ["\u{FEFF}1", "2"],
    ]);
    expect(await cellsOf('\u{FEFF}"a",b\n')).toEqual([["a", "b"]]);
  });

  it.each([
    [
      "a,b;c\n1,2",
      [
        ["a", "b;c"],
        ["1", "2"],
      ],
    ],
    [
      "a;b;c\n1,5;2;3",
      [
        ["a", "b", "c"],
        ["1,5", "2", "3"],
      ],
    ],
    [
      "a\tb\n1,5\t2",
      [
        ["a", "b"],
        ["1,5", "2"],
      ],
    ],
    [
      '"a,b,c";d\n1;2',
      [
        ["a,b,c", "d"],
        ["1", "2"],
      ],
    ],
    [
      '"a\n,,,";d\n1;2',
      [
        ["a\n,,,", "d"],
        ["1", "2"],
      ],
    ],
    ["title\n\na;b\n1;2", [["title"], ["a", "b"], ["1", "2"]]],
    ["a\n1\n2", [["a"], ["1"], ["2"]]],
    ["a;b", [["a", "b"]]],
  ])("finds the separator of %j", async (text, cells) => {
    expect(await cellsOf(text)).toEqual(cells);
  });

  it("tells the line in which a row begins, whatever breaks lines before it", async () => {
    expect(await linesOf("a,b\n1,2\n3,4")).toEqual([1, 2, 3]);
    expect(await linesOf("a,b\r\n1,2\r\n3,4\r\n")).toEqual([1, 2, 3]);
    expect(await linesOf('a,b\n"1\n1",2\n3,4\n')).toEqual([1, 2, 4]);
    expect(await linesOf('a,b\r\n"1\r\n1","\r\n\r\n"\r\n3,4\r\n')).toEqual([1, 2, 6]);
    expect(await linesOf("\n\na,b\n\n1,2")).toEqual([3, 5]);
  });

  it("has no rows when it is empty", async () => {
    expect(await cellsOf("")).toEqual([]);
    expect(await cellsOf("\u{FEFF}")).toEqual([]);
    expect(await cellsOf("\r\n\n")).toEqual([]);
  });
});

describe("a file that cannot be read", () => {
  it.each([
    ['a,b\n1,"2', ["csv_quote_unclosed", 2]],
    ['a,b\n"1\n1",2\n3,"4\n5,6\n7,8', ["csv_quote_unclosed", 4]],
    ['a,b\n"1"x,2', ["csv_quote_stray", 2]],
    ['a,b\n1,5" pipe', ["csv_quote_stray", 2]],
    ['a,b\n1,2\n3 "4",5', ["csv_quote_stray", 3]],
    ['a,b\n"1" ,2', ["csv_quote_stray", 2]],
    ['a,b\n"1\n2"x,2', ["csv_quote_stray", 3]],
    ["a,b\r1,2\r", ["csv_carriage_return", 1]],
    ["a,b\n1,2\rx\n", ["csv_carriage_return", 2]],
    ['a,b\n"1",2\rx\n', ["csv_carriage_return", 2]],
    ['a,b\n1,"2"\rx\n', ["csv_carriage_return", 2]],
  ])("%j says where", async (text, refusal) => {
    expect(await refusalOf(streamOfText(text))).toEqual(refusal);
  });

  it.each([
    [[0xff, 0xfe, 0x61, 0x00], 1],
    [[0x61, 0x2c, 0x62, 0x0a, 0x31, 0x0a, 0xe9, 0x2c, 0x32, 0x0a], 3],
    // The end of the file cuts the three bytes of a euro sign.
    [[0x61, 0x0a, 0xe2, 0x82], 2],
    // A surrogate and an overlong slash are no UTF-8.
    [[0x61, 0x0a, 0xed, 0xa0, 0x80, 0x0a], 2],
    [[0xc0, 0xaf], 1],
  ])("%j is not UTF-8", async (bytes, line) => {
    const whole = new Uint8Array(bytes);
    expect(await refusalOf(streamOf([whole]))).toEqual(["csv_encoding", line]);
    const single = Array.from(whole, (byte) => new Uint8Array([byte]));
    expect(await refusalOf(streamOf(single))).toEqual(["csv_encoding", line]);
  });

  it("has a row that is too long, whether or not lines break within it", async () => {
    const wide = "x".repeat(longestRow - 3);
    expect(await rowsOf(streamOfText(`a,b\n${wide},12\n3,4\n`))).toHaveLength(3);
    expect(await refusalOf(streamOfText(`a,b\n${wide},123\n`))).toEqual(["csv_row_too_long", 2]);
    expect(await refusalOf(streamOfText(`a,b\n"${wide}",1\n`))).toEqual(["csv_row_too_long", 2]);
    const lines = "x\n".repeat(longestRow / 2);
    expect(await refusalOf(streamOfText(`a,b\n1,2\n"${lines}`))).toEqual(["csv_row_too_long", 3]);
    expect(await refusalOf(streamOfText(`${wide}${wide}`))).toEqual(["csv_row_too_long", 1]);
    // Very many short rows of one column are none.
    expect(await rowsOf(streamOfText(lines))).toHaveLength(longestRow / 2);
  });

  it("may have a row of very many values", async () => {
    const cells = '"",'.repeat(300_000);
    const [header, row] = await rowsOf(streamOfText(`a,b\n${cells}""\n`));
    expect(header?.cells).toEqual(["a", "b"]);
    expect(row?.cells.length).toBe(300_001);
  });

  it("is called off at its source", async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8('a,b\n1"2,3\n')),
      cancel: () => void (cancelled = true),
    });
    expect(await refusalOf(stream)).toEqual(["csv_quote_stray", 2]);
    expect(cancelled).toBe(true);
  });

  it("breaks with the error of its source", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8("a,b\n1,2\n")),
      pull: (controller) => controller.error(new Error("the sender is gone")),
    });
    await expect(rowsOf(stream)).rejects.toThrow("the sender is gone");
  });
});

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom(",", ";", "\t", '"', "\r", "\n", "\r\n", "a", "é", "€", "\u{1F600}"),
    maxLength: 6,
  }),
);
const table = fc
  .integer({ min: 2, max: 5 })
  .chain((columns) =>
    fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 12 }),
  );
const writing = fc.record({
  separator: fc.constantFrom(",", ";", "\t"),
  lineBreak: fc.constantFrom("\n", "\r\n"),
  mark: fc.boolean(),
  quoteAll: fc.boolean(),
  lastBreak: fc.boolean(),
});

/** A table as CSV, under a header of plain words. */
function written(
  rows: readonly (readonly string[])[],
  how: {
    separator: string;
    lineBreak: string;
    mark: boolean;
    quoteAll: boolean;
    lastBreak: boolean;
  },
): string {
  const header = Array.from(rows[0] ?? ["", ""], (_, index) => `column ${index}`);
  const cell = (text: string): string =>
    how.quoteAll || /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [header, ...rows].map((row) => row.map(cell).join(how.separator));
  return `${how.mark ? "\u{FEFF}" : ""}${lines.join(how.lineBreak)}${how.lastBreak ? how.lineBreak : ""}`;
}

describe("any table", () => {
  it("that is written as CSV reads as the same, wherever the bytes are cut", async () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, writing, shares, async (rows, how, cuts) => {
        // A lone surrogate is no text; encoding replaces it.
        const wellFormed = rows.map((row) => row.map((text) => text.toWellFormed()));
        const bytes = utf8(written(wellFormed, how));
        const whole = await rowsOf(streamOf([bytes]));
        expect(whole.slice(1).map(({ cells }) => cells)).toEqual(wellFormed);
        expect(await rowsOf(streamOf(cutAt(bytes, cuts)))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it("reads as the same byte by byte", async () => {
    await fc.assert(
      fc.asyncProperty(table, writing, async (rows, how) => {
        const bytes = utf8(written(rows, how));
        const single = Array.from(bytes, (byte) => new Uint8Array([byte]));
        expect(await rowsOf(streamOf(single))).toEqual(await rowsOf(streamOf([bytes])));
      }),
      { numRuns: 50 },
    );
  });

  it("has every row at the line that it begins in", async () => {
    await fc.assert(
      fc.asyncProperty(table, writing, async (rows, how) => {
        const text = written(rows, how);
        let line = 2;
        const expected = rows.map((row) => {
          const begins = line;
          line += 1 + row.join("").split("\n").length - 1;
          return begins;
        });
        const read = await linesOf(text);
        expect(read.slice(1)).toEqual(expected);
      }),
    );
  });

  it("of any bytes is read or refused, and never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const refusal = await refusalOf(streamOf([bytes]));
        expect(refusal === undefined || Array.isArray(refusal)).toBe(true);
      }),
    );
  });
});
