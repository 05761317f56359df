import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";

/** The id of no job. */
const noJob = "00000000-0000-0000-0000-000000000000";

/** The job that recorded the new lots of a receipt; the id of none when there is none. */
export async function jobOfReceipt({ db, caller }: Call, receipt: string): Promise<string> {
  const [row] = await db.readFor<{ job: string | null }>(
    caller,
    sql`SELECT job FROM receipts WHERE tenant = ${caller.tenant} AND id = ${receipt}::uuid`,
  );
  return row?.job ?? noJob;
}
