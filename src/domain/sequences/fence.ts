import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { fenced } from "../definitions/load.ts";
import { movedDefinition } from "./moved-definition.ts";

/** How far the counters of a sequence are moved, and why. */
export interface FenceInput {
  /** Numbers, for each series. */
  readonly by: bigint;
  readonly reason: string;
  /** Series that are not known and that begin within so many days from now begin further on as well. */
  readonly ahead_days: number;
  /** The only series to move, by its name; all when left out. */
  readonly series?: string | undefined;
}

/** Counters that were moved past what nobody knows any more. */
export interface Fence {
  readonly sequence: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly moved: number;
  /** The first 100 of them; `to` is null when no number is left. */
  readonly series: { series: string | null; from: string; to: string | null }[];
  /** Where series begin that are not known; null when there is none, or one series was fenced. */
  readonly unknown_series: { begin_at: string | null; until: string | null } | null;
}

/** How long it may take, in seconds: a sequence may have a series for each day of many years. */
const patience = 120;

/**
 * Moves every counter of a sequence, a gapless one's too, past numbers that were given and are not known any
 * more; they are skipped for good. Series that are not known any more begin behind them.
 * Fails: sequence_not_found, series_malformed, sequence_busy.
 */
export async function fenceSequence(
  call: OnceCall,
  key: string,
  { by, reason, ahead_days, series }: FenceInput,
): Promise<{ fence: Fence; replayed: boolean }> {
  return fenced(call, async () => {
    const { counter } = await movedDefinition(call, key, series);
    const [row] = await call.db.write<{ answer: Fence & { replayed: boolean } }>(
      sql`SELECT fence_v1(${callOf(call.caller, call.idempotency)}, ${counter.key}::text,
                 ${series ?? null}::text, ${counter.hash}::uuid, ${by}::bigint,
                 ${ahead_days}::int, ${reason}::text) AS answer`,
      patience,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    const { replayed, ...fence } = row.answer;
    return { fence, replayed };
  });
}
