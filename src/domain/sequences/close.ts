import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Series closed by one statement, which holds all of them until it ends. */
const batch = 100;

/** Statements of one run; what is left waits for the next. */
const batches = 10;

/** Closes series whose period is over, so that they cost nothing. */
export async function closeSeries(db: Database): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ closed: string }>(
      sql`SELECT close_series_v1(${batch}::int) AS closed`,
    );
    if (Number(row?.closed ?? 0) < batch) return;
  }
}
