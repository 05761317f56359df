import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { idShape } from "../id.ts";
import type { JobFacts } from "./job.ts";

/** Fails: job_not_found. */
export async function jobFacts({ db, caller }: Call, id: string): Promise<JobFacts> {
  if (!isJobId(id)) return fail("job_not_found", { job: id });
  const [row] = await db.readFor<{ facts: JobFacts | null }>(
    caller,
    sql`SELECT job_facts(${caller.tenant}::text, ${id}::uuid) AS facts`,
  );
  return row?.facts ?? fail("job_not_found", { job: id });
}

export function isJobId(id: string): boolean {
  return idShape.test(id);
}
