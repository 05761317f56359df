import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Answers removed by one statement. */
const batch = 10_000;

/** Statements of one run; what is left waits for the next. */
const batches = 20;

/** Removes recorded answers that are past their 30 days. */
export async function expireRequests(db: Database): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ removed: string }>(
      sql`SELECT expire_requests_v1(${batch}::int) AS removed`,
    );
    if (Number(row?.removed ?? 0) < batch) return;
  }
}
