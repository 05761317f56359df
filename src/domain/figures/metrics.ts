import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** What calls of one operation that ended with one code came to since the beginning. */
export interface OperationFigures {
  readonly operation: string;
  /** Empty: as they should. */
  readonly code: string;
  readonly status: number;
  readonly calls: string;
  readonly size: string;
  /** Milliseconds, together. */
  readonly time: number;
  /** Calls within each bound of `bounds`, and last those beyond. */
  readonly histogram: readonly number[];
  readonly database_requests: string;
  readonly database_time: number;
}

/** What the whole service came to, of all tenants together. Amounts are decimal strings. */
export interface ServiceFigures {
  readonly calls: readonly OperationFigures[];
  readonly numbers: Readonly<
    Record<"reservations" | "reserved" | "voided" | "skipped" | "fenced" | "reopened", string>
  >;
  readonly lots: string;
  readonly jobs: Readonly<Record<"queued" | "running" | "failed", number>>;
  /** How old the oldest job is that is not over, in seconds; 0 when there is none. */
  readonly oldest_job_s: number;
  /** How long ago it is up to when the ledger is in the figures, in seconds. */
  readonly figures_age_s: number;
  readonly tenants: number;
  readonly database_bytes: string;
}

/** The figures of the whole service, in one statement. */
export async function serviceFigures(db: Database): Promise<ServiceFigures> {
  const [row] = await db.read<{ figures: ServiceFigures }>(sql`SELECT metrics_v1() AS figures`);
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.figures;
}
