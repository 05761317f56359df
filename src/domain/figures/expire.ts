import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { workOff } from "../work-off.ts";

/** More in a run than a minute brings. */
const figures = { batch: 5_000, batches: 100 };

/** Removes figures past their time. */
export function expireFigures(db: Database): Promise<void> {
  return workOff(db, figures, sql`SELECT expire_figures_v1(${figures.batch}::int) AS done`);
}
