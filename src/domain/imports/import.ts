import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { JobError, JobStatus } from "../jobs/job.ts";
import type { ImportKind } from "./record.ts";

/** `reading` while its file comes; then that of the job that applies it. */
export type ImportStatus = JobStatus | "reading";

/** An import as the wire knows it. */
export interface Import {
  readonly id: string;
  readonly kind: ImportKind;
  readonly dry_run: boolean;
  readonly status: ImportStatus;
  /** Rows of the file under its header, empty lines aside; null until it has come whole. */
  readonly rows: number | null;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly error: JobError | null;
  /** The header that each field was read from. */
  readonly columns: Readonly<Record<string, string>> | null;
  /** The headers that nothing was read from. */
  readonly ignored: readonly string[] | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

export const importColumns = [
  "id",
  "kind",
  "dry_run",
  "status",
  "rows",
  "created",
  "updated",
  "unchanged",
  "refused",
  "created_at",
  "finished_at",
] as const satisfies readonly (keyof Import)[];

/** How long whoever reads a file may be silent before it counts as broken off, in seconds. */
export const silenceSeconds = 60;

/** The columns of an import and whether its reader is silent; `condition` on `i`, the row of `imports`. */
export function selectImports(condition: SQL): SQL {
  return sql`
    SELECT i.id::text AS id, i.kind, i.dry_run,
           CASE WHEN j.id IS NOT NULL THEN j.status::text
                WHEN i.error IS NOT NULL OR silent.broke THEN 'failed' ELSE 'reading' END AS status,
           i.rows, i.created, i.updated, i.unchanged, i.refused, coalesce(j.error, i.error) AS error,
           i.columns, i.ignored, wire_time(i.created_at) AS created_at,
           wire_time(CASE WHEN j.id IS NOT NULL THEN j.finished_at
                          WHEN i.error IS NOT NULL THEN i.updated_at END) AS finished_at,
           silent.broke AND i.error IS NULL AS broke_off, i.id::text AS place
    FROM imports AS i
    LEFT JOIN jobs AS j ON j.tenant = i.tenant AND j.id = i.id
    CROSS JOIN LATERAL (
      SELECT i.file IS NULL
             AND i.updated_at < now() - make_interval(secs => ${silenceSeconds}) AS broke
    ) AS silent
    WHERE ${condition}`;
}
