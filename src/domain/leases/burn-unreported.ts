import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { workOff } from "../work-off.ts";
import { leaseLimits } from "./limits.ts";

const leases = { batch: 1000, batches: 10 };

/** Burns what nobody has reported of leases long after their end; their holders are still listened to. */
export function burnUnreportedLeases(db: Database): Promise<void> {
  return workOff(
    db,
    leases,
    sql`SELECT burn_leases_v1(${leases.batch}::int, make_interval(days => ${leaseLimits.unreportedDays}::int)) AS done`,
  );
}
