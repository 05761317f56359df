import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { workOff } from "../work-off.ts";

const series = { batch: 100, batches: 10 };

/** Closes series whose period is over, so that they cost nothing. */
export function closeSeries(db: Database): Promise<void> {
  return workOff(db, series, sql`SELECT close_series_v1(${series.batch}::int) AS done`);
}
