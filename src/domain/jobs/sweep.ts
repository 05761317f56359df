import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Arm, JobKey } from "./job.ts";

/** Jobs set going again by one sweep. */
const swept = 100;

/** Sets the pump on unfinished jobs that nobody works on. Returns how many. */
export async function sweepJobs(db: Database, arm: Arm): Promise<number> {
  const stranded = await db.read<JobKey>(
    sql`SELECT tenant, job FROM stranded_jobs_v1(${swept}::int)`,
  );
  await Promise.all(stranded.map(({ tenant, job }) => arm({ tenant, job }, 0)));
  return stranded.length;
}
