import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Seconds between two turns of one tenant: each scheduled run gives everybody one, if there is time. */
const pause = 50;

/** Tenants looked at at once. */
const atOnce = 4;

/**
 * Does its work for one tenant after the other, those first whose turn was longest ago, for up to `seconds`; the others
 * come first in the next run. Rejects when it failed for some, after it was tried for all.
 */
export async function inTurns(
  db: Database,
  duty: "alerts" | "audit",
  seconds: number,
  work: (tenant: string) => Promise<unknown>,
): Promise<void> {
  const until = Date.now() + seconds * 1000;
  const failures: unknown[] = [];
  const goRound = async (): Promise<void> => {
    while (Date.now() < until) {
      const [turn] = await db.write<{ tenant: string | null }>(
        sql`SELECT take_turn_v1(${duty}::watch_duty, make_interval(secs => ${pause})) AS tenant`,
      );
      if (turn?.tenant == null) return;
      await work(turn.tenant).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, goRound));
  if (failures.length > 0) throw failures[0];
}
