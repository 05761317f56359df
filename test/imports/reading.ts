/** Reads whole files for the tests. */
import type { ImportBatch, ImportTotals, PlacedRecord } from "../../src/domain/imports/batch.ts";
import { readImport, type ImportOptions } from "../../src/domain/imports/read.ts";
import type { ImportKind, RecordOfKind, WrittenPattern } from "../../src/domain/imports/record.ts";
import type { RefusedRow } from "../../src/domain/imports/refusal.ts";
import { accept, refuse, type Pattern, type Result } from "../../src/domain/patterns/pattern.ts";
import { Failure } from "../../src/errors.ts";
import { streamOfText } from "./bytes.ts";

/** What a whole file came to. */
export interface WholeFile<Item> {
  readonly batches: readonly ImportBatch<Item>[];
  readonly placed: readonly PlacedRecord<Item>[];
  readonly records: readonly Item[];
  readonly refused: readonly RefusedRow[];
  readonly totals: ImportTotals;
}

/** Takes every pattern but those with a quarter of a year, whose place it names as a compiler does. */
export function compile(written: WrittenPattern): Result<Pattern> {
  const texts =
    written.dialect === "odoo"
      ? ([
          ["/prefix", written.prefix],
          ["/suffix", written.suffix],
        ] as const)
      : ([["/pattern", written.pattern]] as const);
  for (const [pointer, pattern] of texts) {
    const position = pattern.indexOf("quarter");
    if (position === -1) continue;
    const facts = { pattern, position, token: "quarter", known: ["year"] };
    return refuse("pattern_unknown_token", facts, pointer);
  }
  return accept({ parts: [], width: 1 });
}

export async function readStream<Name extends ImportKind>(
  kind: Name,
  stream: ReadableStream<Uint8Array>,
  options: Partial<ImportOptions> = {},
): Promise<WholeFile<RecordOfKind[Name]>> {
  const batches: ImportBatch<RecordOfKind[Name]>[] = [];
  const reading = readImport(kind, stream, { compile, ...options });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) {
      const placed = batches.flatMap(({ records }) => records);
      const records = placed.map(({ record }) => record);
      const refused = batches.flatMap((batch) => batch.refused);
      return { batches, placed, records, refused, totals: next.value };
    }
    batches.push(next.value);
  }
}

export function readFile<Name extends ImportKind>(
  kind: Name,
  text: string,
  options: Partial<ImportOptions> = {},
): Promise<WholeFile<RecordOfKind[Name]>> {
  return readStream(kind, streamOfText(text), options);
}

/** A file of lines, a header and rows. */
export function lines(...rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join("");
}

/** Where and why each row was refused. */
export function reasons(file: WholeFile<unknown>): [number, string | null, string][] {
  return file.refused.map(({ line, column, code }) => [line, column, code]);
}

/** The failure that reading a file ends in. */
export async function failureOf(reading: Promise<unknown>): Promise<Failure> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("The file was read.");
}
