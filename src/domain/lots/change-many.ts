import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { LotFields, Occasion } from "./change.ts";
import type { LotSelection } from "./selection.ts";
import { selectionLimits, storedSelection } from "./selection.ts";

/** What a change of many lots came to. */
export interface LotsChanged {
  readonly product: string;
  readonly changed: number;
  /** Lots that were already so. */
  readonly unchanged: number;
}

/** How long it may take, in seconds: a million lots take half a minute on two cores. */
const patience = 120;

/**
 * Changes lots of one product, all or none, at most 1,000,000.
 * Fails: unknown_product, unknown_lots, unknown_sequence, unknown_series, unknown_reservation,
 * reservation_range, no_lots, too_many_changes, name_repeated, lots_busy, and for the fields as
 * `changeLot`.
 */
export async function changeLots(
  call: OnceCall,
  lots: LotSelection,
  fields: LotFields,
  occasion: Occasion,
): Promise<{ outcome: LotsChanged; replayed: boolean }> {
  const selection = await storedSelection(call, lots, "");
  const [row] = await call.db.write<{ answer: LotsChanged & { replayed: boolean } }>(
    sql`SELECT change_lots_v1(
          ${callOf(call.caller, call.idempotency)}, ${JSON.stringify(selection)}::jsonb,
          ${JSON.stringify(fields)}::jsonb, ${occasion.reference ?? null}::text,
          ${occasion.party ?? null}::text, ${selectionLimits.lots}::bigint) AS answer`,
    patience,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  const { product, changed, unchanged, replayed } = row.answer;
  return { outcome: { product, changed, unchanged }, replayed };
}
