import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { Failure, fail, type FailureCode } from "../../errors.ts";
import { createDefinitions } from "../definitions/definitions.ts";
import type { ChunkOutcome, RunChunk } from "../jobs/chunk.ts";
import { leaseSeconds } from "../jobs/chunk.ts";
import type { JobKey } from "../jobs/job.ts";
import type { Emitter } from "../webhooks/emitting.ts";
import { emitting } from "../webhooks/emitting.ts";
import type { Decide, Decisions, Writes } from "./apply/decisions.ts";
import { applyLots } from "./apply/lots.ts";
import { applyProducts } from "./apply/products.ts";
import { applySequences } from "./apply/sequences.ts";
import { applySeries } from "./apply/series.ts";
import type { PlacedRecord } from "./batch.ts";
import type { ImportKind, RecordOfKind } from "./record.ts";

/** Batches that a chunk is taken from: about 4,000 rows, and 1 MB as JSON. */
const batchesInOneChunk = 2;

/**
 * Records of a chunk at most, so that its one transaction takes far less time than its lease: making a
 * sequence or a product takes many times what recording a lot does.
 */
const recordsInOneChunk: { readonly [Name in ImportKind]: number } = {
  odoo_products: 250,
  odoo_sequences: 250,
  odoo_lots: 4_000,
  frappe_series: 250,
  erpnext_items: 250,
  erpnext_serials: 4_000,
  erpnext_batches: 4_000,
};

/** How often a chunk is decided again when what it was decided by had changed. */
const patience = 4;

/** What the store refuses when something has changed since a chunk was decided. */
const outOfDate: ReadonlySet<FailureCode> = new Set([
  "definition_changed",
  "patterns_changed",
  "pattern_shared",
  "unknown_sequence",
  "product_tracking_fixed",
  "sequence_gapless",
  "sequence_exhausted",
]);

const deciders: { readonly [Name in ImportKind]: Decide<RecordOfKind[Name]> } = {
  odoo_products: applyProducts,
  odoo_sequences: applySequences,
  odoo_lots: applyLots,
  frappe_series: applySeries,
  erpnext_items: applyProducts,
  erpnext_serials: applyLots,
  erpnext_batches: applyLots,
};

/** What of a file is applied next. */
interface Staged {
  readonly kind: ImportKind;
  readonly isDry: boolean;
  readonly allowJump: boolean;
  readonly allowOverlap: boolean;
  readonly columns: Readonly<Record<string, string>>;
  readonly status: ChunkOutcome["status"];
  readonly cursor: number;
  readonly chunked: number;
  readonly records: readonly PlacedRecord<never>[];
}

/**
 * Chunks of imports: records of the file, as they were staged. What they come to is decided by what there
 * is, then written with the cursor in one transaction, which refuses what is out of date.
 */
export function importChunks(emitter: Emitter): RunChunk {
  const { db } = emitter;
  return async (key, token, from) => {
    for (let tries = 1; ; tries += 1) {
      const staged = await stagedFrom(db, key, from);
      const { kind, isDry, allowJump, allowOverlap, columns, status, cursor, chunked, records } =
        staged;
      if (cursor !== from || status === "done" || status === "failed" || status === "cancelled") {
        return { worked: false, status, cursor, chunked };
      }
      if (records.length === 0) return fail("import_expired", {});
      const decide: Decide<never> = deciders[kind];
      // What refuses a row is never asked of the store again: nothing is remembered from one chunk to another.
      const definitions = createDefinitions();
      const { tenant, job } = key;
      const applying = {
        db,
        tenant,
        import: job,
        definitions,
        columns,
        allowJump,
        allowOverlap,
        isDry,
        from,
      };
      try {
        const { writes, outcome, decided } = await decide(applying, records);
        const { tried, passed, ...real } = writes;
        const chunk = {
          from,
          to: from + (decided ?? records.length),
          writes: isDry ? { tried, passed } : real,
          outcome,
        };
        return await apply(emitter, key, token, chunk);
      } catch (error) {
        const isStale = error instanceof Failure && outOfDate.has(error.code);
        if (!isStale || tries === patience) throw error;
      }
    }
  };
}

async function stagedFrom(db: Database, { tenant, job }: JobKey, from: number): Promise<Staged> {
  interface Batch extends Pick<Staged, "records"> {
    readonly first: number;
  }
  const [row] = await db.readOf<Omit<Staged, "records"> & { batches: readonly Batch[] }>(
    tenant,
    sql`SELECT i.kind, i.dry_run AS "isDry", i.allow_jump AS "allowJump",
               i.allow_overlap AS "allowOverlap",
               coalesce(i.columns, '{}') AS columns, j.status, j.cursor::float8 AS cursor, j.chunked::float8 AS chunked,
               (SELECT coalesce(json_agg(json_build_object('first', b.first, 'records', b.records)
                                        ORDER BY b.first), '[]') FROM (
                  SELECT first, records FROM import_batches
                  WHERE tenant = i.tenant AND import = i.id AND first >= (
                    SELECT max(first) FROM import_batches
                    WHERE tenant = i.tenant AND import = i.id AND first <= ${from}::bigint)
                  ORDER BY first LIMIT ${batchesInOneChunk}::int
                ) AS b) AS batches
        FROM imports AS i
        JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.id
        WHERE i.tenant = ${tenant} AND i.id = ${job}::uuid`,
  );
  if (row === undefined) return fail("import_not_found", { import: job });
  const { batches, ...rest } = row;
  // A chunk may have ended within the first of them.
  const before = from - (batches[0]?.first ?? from);
  const records = batches.flatMap((batch) => batch.records);
  return { ...rest, records: records.slice(before, before + recordsInOneChunk[rest.kind]) };
}

/** Records `from` to `to` of a file: what is written for them, and what each row comes to. */
interface DecidedChunk {
  readonly from: number;
  readonly to: number;
  readonly writes: Partial<Writes>;
  readonly outcome: Decisions["outcome"];
}

async function apply(
  emitter: Emitter,
  { tenant, job }: JobKey,
  token: string,
  { from, to, writes, outcome }: DecidedChunk,
): Promise<ChunkOutcome> {
  const [row] = await emitting(emitter)<{ outcome: ChunkOutcome }>(
    sql`SELECT apply_import_v1(${tenant}::text, ${job}::uuid, ${token}::uuid, ${from}::bigint,
                               ${to}::bigint, make_interval(secs => ${leaseSeconds}),
                               ${JSON.stringify(writes)}::jsonb, ${JSON.stringify(outcome)}::jsonb)
                 AS outcome`,
    leaseSeconds,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.outcome;
}
