import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { JobKey } from "./job.ts";

/**
 * Milliseconds until the lease of an unfinished job runs out, or undefined when the job is finished and
 * needs nobody.
 */
export async function pendingJob(
  db: Database,
  { tenant, job }: JobKey,
): Promise<number | undefined> {
  const [row] = await db.readOf<{ left: number }>(
    tenant,
    sql`SELECT (greatest(extract(epoch FROM lease_until - now()), 0) * 1000 + 50)::float8 AS "left"
        FROM jobs
        WHERE tenant = ${tenant} AND id = ${job}::uuid AND status IN ('queued', 'running')`,
  );
  return row?.left;
}
