import { fail } from "../../../errors.ts";
import { SeparatorSearch, type Separator } from "./separator.ts";
import { longestRow, wholeLines } from "./text.ts";

/** A row of a file. */
export interface CsvRow {
  /** The line in which it begins, from 1; line breaks within values count. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The rows of a CSV file by RFC 4180, a piece of the file at a time: values in quotes may hold
 * separators, line breaks and doubled quotes; lines end in LF or CRLF; empty lines are passed over.
 * How many columns a row has is not looked at. Written here because the parsers for web streams that
 * there are lose text behind a closing quote, or count lines wrongly, or need Node's streams.
 *
 * Fails, as no later row can be trusted then: csv_encoding, csv_quote_unclosed, csv_quote_stray,
 * csv_carriage_return, csv_row_too_long.
 */
export async function* csvRows(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<readonly CsvRow[], undefined> {
  const search = new SeparatorSearch();
  let before = "";
  let rows: RowReader | null = null;
  for await (const text of wholeLines(stream)) {
    if (rows !== null) {
      yield rows.read(text);
      continue;
    }
    before += text;
    const separator = search.read(text);
    if (separator === null && before.length < longestRow) continue;
    rows = new RowReader(separator ?? ",");
    yield rows.read(before);
    before = "";
  }
  if (rows === null) {
    rows = new RowReader(search.end() ?? ",");
    yield rows.read(before);
  }
  rows.end();
  return undefined;
}

/** A row that goes on in the next piece, within a value in quotes. */
interface OpenRow {
  readonly line: number;
  readonly cells: string[];
  /** The value so far, its quotes still doubled. */
  value: string;
  /** The line in which its quote opened. */
  quoteLine: number;
  /** Characters of the row in the pieces before. */
  length: number;
}

const quote = '"';

/** Reads pieces that end with a line break, the last one perhaps not. */
export class RowReader {
  readonly #separator: Separator;
  #line = 1;
  #open: OpenRow | null = null;

  constructor(separator: Separator) {
    this.#separator = separator;
  }

  /** The rows that end in this piece. */
  read(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    let at = this.#open === null ? 0 : this.#goOn(text, this.#open, rows);
    let nextQuote = text.indexOf(quote, at);
    while (at < text.length) {
      if (nextQuote !== -1 && nextQuote < at) nextQuote = text.indexOf(quote, at);
      const lineFeed = text.indexOf("\n", at);
      const end = lineFeed === -1 ? text.length : lineFeed;
      at =
        nextQuote !== -1 && nextQuote < end
          ? this.#rowWithQuotes(text, at, rows)
          : this.#plainRow(text, at, end, rows);
    }
    return rows;
  }

  /** Says that no piece follows. */
  end(): void {
    if (this.#open !== null) fail("csv_quote_unclosed", { line: this.#open.quoteLine });
  }

  /** Reads a row that is one line, as nothing in it is in quotes; the position behind it. */
  #plainRow(text: string, start: number, end: number, rows: CsvRow[]): number {
    const isCrlf = end < text.length && end > start && text.charAt(end - 1) === "\r";
    const line = text.slice(start, isCrlf ? end - 1 : end);
    this.#checkLength(line.length, this.#line);
    if (line.includes("\r")) fail("csv_carriage_return", { line: this.#line });
    if (line !== "") rows.push({ line: this.#line, cells: line.split(this.#separator) });
    this.#line += 1;
    return end + 1;
  }

  #rowWithQuotes(text: string, start: number, rows: CsvRow[]): number {
    const line = this.#line;
    return this.#values(
      text,
      start,
      { line, cells: [], value: "", quoteLine: line, length: 0 },
      rows,
    );
  }

  #goOn(text: string, row: OpenRow, rows: CsvRow[]): number {
    this.#open = null;
    const behind = this.#quotedValue(text, 0, row);
    if (behind === null) return this.#leaveOpen(text, 0, row);
    if (text.charAt(behind) !== this.#separator) return this.#endRow(text, 0, behind, row, rows);
    return this.#values(text, behind + 1, row, rows, 0);
  }

  /** Reads values up to the end of the row; the position behind it, or behind the piece. */
  #values(text: string, first: number, row: OpenRow, rows: CsvRow[], start = first): number {
    let at = first;
    for (;;) {
      let behind: number | null;
      if (text.charAt(at) === quote) {
        row.quoteLine = this.#line;
        behind = this.#quotedValue(text, at + 1, row);
        if (behind === null) return this.#leaveOpen(text, start, row);
      } else {
        behind = this.#endOfPlainValue(text, at);
        row.cells.push(text.slice(at, behind));
      }
      if (text.charAt(behind) !== this.#separator) {
        return this.#endRow(text, start, behind, row, rows);
      }
      at = behind + 1;
    }
  }

  /** Reads a value in quotes from behind its first one; the position behind the last, if it is here. */
  #quotedValue(text: string, start: number, row: OpenRow): number | null {
    const close = closingQuote(text, start);
    const value = text.slice(start, close === -1 ? text.length : close);
    row.value += value;
    this.#line += lineFeedsIn(value);
    if (close === -1) return null;
    row.cells.push(row.value.replaceAll('""', quote));
    row.value = "";
    return close + 1;
  }

  /** Where a value without quotes ends: at a separator, a line break or the end of the file. */
  #endOfPlainValue(text: string, start: number): number {
    for (let at = start; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (character === this.#separator || character === "\n") return at;
      if (character === quote) fail("csv_quote_stray", { line: this.#line });
      if (character !== "\r") continue;
      if (text.charAt(at + 1) === "\n") return at;
      fail("csv_carriage_return", { line: this.#line });
    }
    return text.length;
  }

  #leaveOpen(text: string, start: number, row: OpenRow): number {
    row.length += text.length - start;
    this.#checkLength(row.length, row.line);
    this.#open = row;
    return text.length;
  }

  /** Ends a row whose last value ends at `at`; the position behind its line break. */
  #endRow(text: string, start: number, at: number, row: OpenRow, rows: CsvRow[]): number {
    this.#checkLength(row.length + at - start, row.line);
    rows.push({ line: row.line, cells: row.cells });
    if (at === text.length) return at;
    const isCrlf = text.startsWith("\r\n", at);
    if (!isCrlf && text.charAt(at) === "\r") fail("csv_carriage_return", { line: this.#line });
    if (!isCrlf && text.charAt(at) !== "\n") fail("csv_quote_stray", { line: this.#line });
    this.#line += 1;
    return at + (isCrlf ? 2 : 1);
  }

  #checkLength(length: number, line: number): void {
    if (length > longestRow) fail("csv_row_too_long", { line, limit: longestRow });
  }
}

/** Where the quote is that closes a value: the first one that is not doubled; -1 without one. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf(quote, start);
  while (at !== -1 && text.charAt(at + 1) === quote) at = text.indexOf(quote, at + 2);
  return at;
}

function lineFeedsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
