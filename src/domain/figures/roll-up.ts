import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Statements of one run, each of a minute; what is left waits for the next. */
const minutes = 500;

/** Milliseconds after which a run leaves the rest to the next one. */
const runMs = 45_000;

/** How old an entry is at least when it is counted, in seconds: see settled_time in the store. */
const ageSeconds = 60;

/** How long a statement may take, in seconds: it waits for those that were begun before. */
const patience = 30;

/** Puts what was written since the last run into the figures, of all tenants. */
export async function rollUpFigures(db: Database): Promise<void> {
  const until = Date.now() + runMs;
  for (let run = 0; run < minutes && Date.now() < until; run += 1) {
    const [row] = await db.write<{ more: boolean }>(
      sql`SELECT roll_up_figures_v1(make_interval(secs => ${ageSeconds})) AS more`,
      patience,
    );
    if (row?.more !== true) return;
  }
}
