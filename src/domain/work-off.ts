import type { SQL } from "drizzle-orm";
import type { Database } from "../db/client.ts";

/** How much of a duty one run does. */
interface Share {
  /** What one statement does at most, which holds what it works on until it ends. */
  readonly batch: number;
  /** Statements of one run; what is left waits for the next. */
  readonly batches: number;
}

/** Sends a statement, which gives as `done` how much it did, until less than a batch was left. */
export async function workOff(
  db: Database,
  { batch, batches }: Share,
  statement: SQL,
): Promise<void> {
  for (let run = 0; run < batches; run += 1) {
    const [row] = await db.write<{ done: string }>(statement);
    if (Number(row?.done ?? 0) < batch) return;
  }
}
