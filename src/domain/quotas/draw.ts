import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { bytes } from "../../db/client.ts";
import { Failure } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { Used } from "./quota.ts";

/**
 * Sends a statement that may use up numbers. Of a key with a quota of them a day it also notes what is used
 * then; of any other it is that statement and nothing else. `write` is how one is sent that does more than to draw.
 * Fails as the statement does.
 */
export async function draw<Row>(
  call: OnceCall,
  statement: SQL,
  write: Database["write"] = (one) => call.db.write(one),
): Promise<Row[]> {
  if (call.quota.numbers_per_day === null) return write<Row>(statement);
  try {
    // Rows come out of `drawn` when the draw is done: only then is told what is used.
    const rows = await write<Row & { readonly numbers_today: Used }>(
      sql`WITH drawn AS MATERIALIZED (${statement})
          SELECT drawn.*, numbers_today_v1(${bytes(call.caller.digest)}) AS numbers_today FROM drawn`,
    );
    for (const { numbers_today } of rows) call.noteNumbers(numbers_today);
    return rows;
  } catch (error) {
    if (error instanceof Failure && error.code === "quota_numbers_exceeded") {
      const { used, resets_in_s } = error.facts;
      call.noteNumbers({ used: Number(used), resets_in_s: Number(resets_in_s) });
    }
    throw error;
  }
}
