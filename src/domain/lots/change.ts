import { sql } from "drizzle-orm";
import { callerOf, textArray } from "../../db/client.ts";
import type { Call } from "../call.ts";
import type { LotState, VersionedLot } from "./lot.ts";

/** The fields of a lot that change; null clears, and what is left out stays. */
export interface LotFields {
  readonly state?: LotState | undefined;
  readonly location?: string | null | undefined;
  readonly expires_on?: string | null | undefined;
  /** Decimal string, 0 or more; of a serial 0 or 1. */
  readonly quantity?: string | undefined;
  /** Replaced as a whole. */
  readonly attributes?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Why lots change: the document, and whom they go to or come from. */
export interface Occasion {
  readonly reference?: string | undefined;
  readonly party?: string | undefined;
}

/**
 * Changes one lot if its version is one of `versions`; null: whatever it is. What becomes different is
 * in its history; when nothing does, nothing is written.
 * Fails: lot_not_found, lot_changed, lots_busy, serial_out_of_range, expiry_required, expiry_not_kept.
 */
export async function changeLot(
  { db, caller }: Call,
  product: string,
  name: string,
  change: {
    readonly versions: readonly string[] | null;
    readonly fields: LotFields;
    readonly occasion: Occasion;
  },
): Promise<VersionedLot> {
  const { versions, fields, occasion } = change;
  // A statement whose answer was lost is sent again, and known by this.
  const request = crypto.randomUUID();
  const [row] = await db.write<{ answer: VersionedLot }>(
    sql`SELECT change_lot_v1(
          ${callerOf(caller)}, ${product}::text, ${name}::text,
          ${textArray(versions)}::text[],
          ${JSON.stringify(fields)}::jsonb, ${occasion.reference ?? null}::text,
          ${occasion.party ?? null}::text, ${request}::uuid) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.answer;
}
