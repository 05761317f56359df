import { sql } from "drizzle-orm";
import { bytes, callOf } from "../../db/client.ts";
import { Failure, fail, failure } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { leaseSeconds } from "../jobs/chunk.ts";
import { jobError } from "../jobs/failure.ts";
import { newId } from "../id.ts";
import { newToken } from "../jobs/token.ts";
import { workInline } from "../jobs/inline.ts";
import { parsePattern } from "../patterns/dialects.ts";
import { accept } from "../patterns/pattern.ts";
import { importChunks } from "./apply.ts";
import type { ImportBatch, ImportTotals } from "./batch.ts";
import { getImport } from "./get.ts";
import type { Import } from "./import.ts";
import { silenceSeconds } from "./import.ts";
import type { CompilePattern } from "./kind.ts";
import { readImport } from "./read.ts";
import type { ImportKind } from "./record.ts";
import type { Mapping } from "./table/columns.ts";

/** A file as it comes. */
export interface IncomingFile {
  readonly stream: ReadableStream<Uint8Array>;
  /** SHA-256 of the whole, 64 hex digits; known when the stream has ended. */
  digest(): Promise<string>;
}

/** What `POST /v1/imports` asks for. */
export interface ImportInput {
  readonly kind: ImportKind;
  readonly dry_run: boolean;
  readonly allow_jump: boolean;
  readonly allow_overlap: boolean;
  readonly margin: bigint;
  readonly mapping: Mapping;
  readonly file: IncomingFile;
}

/**
 * Imports a file: takes it whole into the store, batch by batch, then applies it as a job, in the request
 * while the budget allows. A file that cannot be read leaves an import that says so, and nothing else; the
 * same request again begins anew. Of one that came whole the same file is a replay.
 * Fails: csv_*, import_*, body_too_large, request_in_flight, idempotency_key_reused.
 */
export async function receiveImport(
  call: OnceCall,
  input: ImportInput,
  { patient }: { readonly patient: boolean },
): Promise<{ import: Import; replayed: boolean }> {
  const { file } = input;
  const reader = newToken();
  const begun = await begin(call, input, reader);
  if (begun.file !== null) {
    await readToEnd(file.stream);
    if ((await file.digest()) !== begun.file) fail("idempotency_key_reused", {});
    return { import: await getImport(call, begun.import), replayed: true };
  }
  const holder = newToken();
  const records = await stage(call, begun.import, { reader, holder, input });
  if (records > 0) {
    await workInline(
      call,
      { id: begun.import, cursor: 0 },
      {
        runChunk: importChunks(call),
        token: holder,
        deadline: call.now() + call.inlineBudgetMs,
        patient,
        alone: false,
      },
    );
  }
  call.definitions.forget(call.caller.tenant);
  return { import: await getImport(call, begun.import), replayed: false };
}

async function begin(
  call: OnceCall,
  { kind, dry_run, allow_jump, allow_overlap }: ImportInput,
  reader: string,
): Promise<{ import: string; file: string | null }> {
  const [row] = await call.db.write<{ begun: { import: string; file: string | null } }>(
    sql`SELECT begin_import_v1(
          ${callOf(call.caller, call.idempotency)}, ${newId(call.now())}::uuid, ${reader}::uuid,
          ${kind}::text, ${dry_run}::boolean, ${allow_jump}::boolean,
          ${allow_overlap}::boolean,
          make_interval(secs => ${silenceSeconds})) AS begun`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.begun;
}

interface Staging {
  /** Who reads the file. */
  readonly reader: string;
  /** Who works on the job then. */
  readonly holder: string;
  readonly input: ImportInput;
}

/** Takes a file into the store and makes its job. Gives how many records there are to apply. */
async function stage(
  call: OnceCall,
  id: string,
  { reader, holder, input }: Staging,
): Promise<number> {
  const { kind, margin, mapping, file } = input;
  try {
    const batches = readImport(kind, file.stream, { mapping, margin, compile });
    let first = 0;
    for (let batch = 0; ; batch += 1) {
      const next = await batches.next();
      if (next.done === true) {
        await complete(call, id, {
          reader,
          holder,
          totals: next.value,
          digest: await file.digest(),
        });
        return next.value.records;
      }
      await stageBatch(call, id, { reader, batch, first, rows: next.value });
      first += next.value.records.length;
    }
  } catch (error) {
    const failed =
      error instanceof Failure ? error : failure("internal_error", {}, { cause: error });
    await call.db.write(
      sql`SELECT break_import_v1(${call.caller.tenant}::text, ${id}::uuid, ${reader}::uuid,
                                 ${JSON.stringify(jobError(failed))}::jsonb)`,
    );
    throw failed;
  }
}

interface StagedBatch {
  readonly reader: string;
  readonly batch: number;
  /** Records before it. */
  readonly first: number;
  readonly rows: ImportBatch<unknown>;
}

async function stageBatch(
  { db, caller }: OnceCall,
  id: string,
  { reader, batch, first, rows }: StagedBatch,
): Promise<void> {
  const [row] = await db.write<{ ours: boolean }>(
    sql`SELECT stage_import_v1(
          ${caller.tenant}::text, ${id}::uuid, ${reader}::uuid, ${batch}::bigint, ${first}::bigint,
          ${JSON.stringify(rows.records)}::json, ${JSON.stringify(rows.refused)}::jsonb) AS ours`,
  );
  if (row?.ours !== true) fail("request_in_flight", {});
}

interface Completion {
  readonly reader: string;
  readonly holder: string;
  readonly totals: ImportTotals;
  readonly digest: string;
}

async function complete(
  { db, caller }: OnceCall,
  id: string,
  { reader, holder, totals, digest }: Completion,
): Promise<void> {
  const { rows, records, columns, ignored } = totals;
  const [row] = await db.write<{ ours: boolean }>(
    sql`SELECT complete_import_v1(
          ${caller.tenant}::text, ${id}::uuid, ${reader}::uuid, ${bytes(digest)}, ${rows}::bigint,
          ${records}::bigint, ${JSON.stringify(columns)}::jsonb, ${JSON.stringify(ignored)}::jsonb,
          ${holder}::uuid, make_interval(secs => ${leaseSeconds})) AS ours`,
  );
  if (row?.ours !== true) fail("request_in_flight", {});
}

/** That a pattern of another system can be used here. */
const compile: CompilePattern = (written) => {
  const parsed = parsePattern(written.dialect, "pattern" in written ? written.pattern : written);
  return parsed.ok ? accept(parsed.value.pattern) : parsed;
};

async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  for (;;) {
    const { done } = await reader.read();
    if (done) return;
  }
}
