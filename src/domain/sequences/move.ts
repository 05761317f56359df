import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { fenced } from "../definitions/load.ts";
import { draw } from "../quotas/draw.ts";
import { touching } from "../tenants/touches.ts";
import { momentOfDocument } from "./bound.ts";
import { movedDefinition } from "./moved-definition.ts";
import { periodOf } from "./period.ts";

/** Where a counter is to go on, and why. */
export interface MoveInput {
  /** The next number. */
  readonly to: bigint;
  readonly reason: string;
  /** A day of the period whose counter is meant; now when left out. */
  readonly at?: string | undefined;
  /** The series by its name, in place of a day. */
  readonly series?: string | undefined;
}

/** A counter that was moved. */
export interface Move {
  readonly sequence: string;
  readonly series: string | null;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly at: string;
}

/**
 * Moves a counter forward; what it passes is skipped for good. Fails: sequence_not_found, at_*, series_*,
 * sequence_gapless, advance_not_ahead, move_between_numbers, sequence_exhausted, quota_*.
 */
export function advanceSequence(call: OnceCall, key: string, input: MoveInput): Promise<Moved> {
  return moved(call, "advance_v1", key, input);
}

/**
 * Sets a counter back, never to a number that was given. Fails: sequence_not_found, at_*, series_*,
 * rewind_not_behind, rewind_below_issued, rewind_into_fence, rewind_below_change, move_between_numbers.
 */
export function rewindSequence(call: OnceCall, key: string, input: MoveInput): Promise<Moved> {
  return moved(call, "rewind_v1", key, input);
}

type Moved = { move: Move; replayed: boolean };

async function moved(
  call: OnceCall,
  move: "advance_v1" | "rewind_v1",
  key: string,
  { to, reason, at, series }: MoveInput,
): Promise<Moved> {
  return fenced(call, async () => {
    const definition = await movedDefinition(call, key, series);
    const { reset, counter } = definition;
    // Whose numbers a counter gives that several sequences share, its series do not tell.
    const whole = touching(call, { sequences: [key, counter.key], products: [] });
    if (reset === "prefix" && series === undefined) {
      fail("series_not_named", { sequence: key }, { pointer: "/series" });
    }
    const period = series ?? periodOf(reset, momentOfDocument(definition, { at }, call.now()));
    const [row] = await draw<{ answer: Move & { replayed: boolean } }>(
      whole,
      sql`SELECT ${sql.raw(move)}(${callOf(whole.caller, whole.idempotency)}, ${counter.key}::text,
                 ${period}::text, ${counter.hash}::uuid, ${to}::bigint, ${reason}::text) AS answer`,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    const { replayed, ...answer } = row.answer;
    return { move: answer, replayed };
  });
}
