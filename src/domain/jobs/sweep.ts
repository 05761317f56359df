import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { Arm, JobKey } from "./job.ts";

/** Jobs set going again at once. */
const swept = 100;

/** Seconds until the next sweep, by the cron expression of wrangler.toml. */
export const sweepSeconds = 60;

/** Seconds after which a sweep leaves the rest to the next one. */
const patience = 45;

interface Stranded extends JobKey {
  readonly lease_until: string;
  readonly lease_ms: number;
}

/**
 * Sets the pump on unfinished jobs that nobody works on, or maybe nobody will before the next sweep: it looks
 * after them when their lease runs out. Returns how many.
 */
export async function sweepJobs(db: Database, arm: Arm): Promise<number> {
  const began = Date.now();
  let armed = 0;
  let last: Stranded | undefined;
  for (let passed = 0; passed < patience; passed = (Date.now() - began) / 1000) {
    // Up to the same moment in every turn, so that leases that are renewed meanwhile keep none going.
    const stranded = await strandedJobs(db, sweepSeconds - passed, last);
    // One that cannot be set going is tried again by the next sweep, and keeps no other waiting.
    await Promise.allSettled(
      stranded.map(({ tenant, job, lease_ms }) => arm({ tenant, job }, lease_ms)),
    );
    armed += stranded.length;
    if (stranded.length < swept) break;
    last = stranded.at(-1);
  }
  return armed;
}

/** Stranded jobs behind that one, in their order. */
function strandedJobs(
  db: Database,
  seconds: number,
  after: Stranded | undefined,
): Promise<Stranded[]> {
  return db.read<Stranded>(
    sql`SELECT tenant, job, lease_until, lease_ms
        FROM stranded_jobs_v1(make_interval(secs => ${seconds}), ${swept}::int,
                              ${after?.lease_until ?? null}::timestamptz, ${after?.tenant ?? null}::text,
                              ${after?.job ?? null}::uuid)`,
  );
}
