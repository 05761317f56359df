import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { workOff } from "../work-off.ts";

const answers = { batch: 10_000, batches: 20 };

/** Removes recorded answers that are past their 30 days. */
export function expireRequests(db: Database): Promise<void> {
  return workOff(db, answers, sql`SELECT expire_requests_v1(${answers.batch}::int) AS done`);
}
