import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Events that one statement removes. */
const batch = 5_000;

/** Statements of one run; what is left waits for the next. */
const batches = 20;

/** Days for which events and what became of their deliveries are kept. */
const keptDays = 30;

/** Removes events of long ago, of all tenants, with their deliveries. */
export async function expireEvents(db: Database): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ count: string }>(
      sql`SELECT expire_events_v1(make_interval(days => ${keptDays}), ${batch}::int) AS count`,
    );
    if (Number(row?.count ?? 0) < batch) return;
  }
}
