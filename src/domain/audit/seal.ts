import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Rows sealed by one statement. */
const batch = 50_000;

/** Statements of one run; what is left waits for the next. */
const batches = 20;

/** How old a row is at least when it is sealed, in seconds: see settled_time in the store. */
const ageSeconds = 60;

/** How long a statement may take, in seconds: it waits for those that were begun before. */
const patience = 30;

/** Seals what was written since the last run, of all tenants. */
export async function sealAudit(db: Database): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ sealed: string }>(
      sql`SELECT seal_audit_v1(${batch}::bigint, make_interval(secs => ${ageSeconds})) AS sealed`,
      patience,
    );
    if (Number(row?.sealed ?? 0) === 0) return;
  }
}
