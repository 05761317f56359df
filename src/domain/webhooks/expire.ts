import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { workOff } from "../work-off.ts";

const events = { batch: 5_000, batches: 20 };

/** Days for which events and what became of their deliveries are kept. */
const keptDays = 30;

/** Removes events of long ago, of all tenants, with their deliveries. */
export function expireEvents(db: Database): Promise<void> {
  return workOff(
    db,
    events,
    sql`SELECT expire_events_v1(make_interval(days => ${keptDays}), ${events.batch}::int) AS done`,
  );
}
