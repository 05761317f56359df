import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Arm, JobKey } from "./job.ts";

/** Jobs set going again by one sweep. */
const swept = 100;

/** Seconds until the next sweep, by the cron expression of wrangler.toml. */
export const sweepSeconds = 60;

/**
 * Sets the pump on unfinished jobs that nobody works on, or maybe nobody will before the next sweep: it looks
 * after them when their lease runs out. Returns how many.
 */
export async function sweepJobs(db: Database, arm: Arm): Promise<number> {
  const stranded = await db.read<JobKey & { readonly lease_ms: number }>(
    sql`SELECT tenant, job, lease_ms
        FROM stranded_jobs_v1(make_interval(secs => ${sweepSeconds}), ${swept}::int)`,
  );
  await Promise.all(stranded.map(({ tenant, job, lease_ms }) => arm({ tenant, job }, lease_ms)));
  return stranded.length;
}
