import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Series closed by one run. */
const closed = 1000;

/** Closes series whose period is over, so that they cost nothing. */
export async function closeSeries(db: Database): Promise<void> {
  await db.write(sql`SELECT close_series_v1(${closed}::int)`);
}
