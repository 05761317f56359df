import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Alerts that one run removes. */
const expired = 5_000;

/** Days for which alerts are kept that were closed. */
const keptDays = 90;

/** Removes alerts that were closed long ago. Returns how many. */
export async function expireAlerts(db: Database): Promise<number> {
  const [row] = await db.write<{ count: string }>(
    sql`SELECT expire_alerts_v1(make_interval(days => ${keptDays}), ${expired}::int) AS count`,
  );
  return Number(row?.count ?? 0);
}
