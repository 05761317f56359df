import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { leaseSeconds } from "./chunk.ts";
import type { JobKey } from "./job.ts";

/** Takes or renews the lease. Undefined when the job is finished or somebody else holds it. */
export async function takeJob(
  db: Database,
  { tenant, job }: JobKey,
  token: string,
): Promise<{ cursor: number } | undefined> {
  const [row] = await db.write<{ taken: { cursor: number } | null }>(
    sql`SELECT take_job_v1(${tenant}::text, ${job}::uuid, ${token}::uuid,
                           make_interval(secs => ${leaseSeconds})) AS taken`,
  );
  return row?.taken ?? undefined;
}

/** Lets go of a job, so that the next who asks may take it at once. */
export async function releaseJob(
  db: Database,
  { tenant, job }: JobKey,
  token: string,
): Promise<void> {
  await db.write(sql`SELECT release_job_v1(${tenant}::text, ${job}::uuid, ${token}::uuid)`);
}
