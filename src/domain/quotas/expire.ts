import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Removes what quotas of days and minutes long past have used. */
export async function expireQuotas(db: Database): Promise<void> {
  await db.write(sql`SELECT expire_quotas_v1()`);
}
