import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { leaseLimits } from "./limits.ts";

/** Leases burned by one statement. */
const batch = 1000;

/** Statements of one run; what is left waits for the next. */
const batches = 10;

/** Burns what nobody has reported of leases long after their end; their holders are still listened to. */
export async function burnUnreportedLeases(db: Database): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ burned: string }>(
      sql`SELECT burn_leases_v1(${batch}::int, make_interval(days => ${leaseLimits.unreportedDays}::int)) AS burned`,
    );
    if (Number(row?.burned ?? 0) < batch) return;
  }
}
