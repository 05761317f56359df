import type { ImportBatch, ImportTotals } from "./batch.ts";
import { csvRows } from "./csv/rows.ts";
import type { CompilePattern } from "./kind.ts";
import { kinds } from "./kinds/kinds.ts";
import type { ImportKind, RecordOfKind } from "./record.ts";
import { RowsToRecords } from "./rows-to-records.ts";
import type { Mapping } from "./table/columns.ts";

/** How a file is read. */
export interface ImportOptions {
  /** Our fields with the headers of their columns; null for one that is not to be read. */
  readonly mapping?: Mapping;
  /** Numbers to leave out between a counter's last number and the next, 0 or more; gapless ones aside. */
  readonly margin?: bigint;
  readonly compile: CompilePattern;
}

/** Rows of a batch, and characters of what is read of them: about 0.5 MB as JSON. */
export const batchLimits = { rows: 2_000, characters: 300_000 } as const;

/**
 * Reads a file of a kind as batches of records, with the rows that are refused among them, in the
 * order of the file; totals at the end. Whatever the file's size, one batch and one piece of the file
 * are held, and of sequences their keys. The stream is read only while a batch is waited for, and is
 * called off when the caller leaves early.
 *
 * Fails, at any point, when the file cannot be read (see `csvRows`), and at the beginning for its header
 * (csv_empty, import_template_broken, and see `matchColumns`).
 */
export async function* readImport<Name extends ImportKind>(
  name: Name,
  stream: ReadableStream<Uint8Array>,
  options: ImportOptions,
): AsyncGenerator<ImportBatch<RecordOfKind[Name]>, ImportTotals> {
  const { mapping = {}, margin = 0n, compile } = options;
  const records = new RowsToRecords(name, kinds[name], mapping, { margin, compile });
  for await (const rows of csvRows(stream)) {
    for (const row of rows) {
      records.take(row);
      if (records.isFull(batchLimits)) yield records.batch();
    }
  }
  const totals = records.end();
  if (!records.isEmpty()) yield records.batch();
  return totals;
}
