import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Call, OnceCall } from "../call.ts";
import { newId } from "../id.ts";
import type { LotSelection } from "../lots/selection.ts";
import { selectionLimits, storedSelection } from "../lots/selection.ts";
import type { Recall, RecallFacts } from "./recall.ts";
import { shownRecall } from "./recall.ts";

/** Lots of a product that were recorded in a span of time; an end that is left out is open. */
export interface CreatedSelection {
  readonly product: string;
  /** RFC 3339; the moment itself is within. */
  readonly created_from?: string | undefined;
  /** RFC 3339; the moment itself is not. */
  readonly created_to?: string | undefined;
}

/** Lots that a receipt made, grew or took back: of one product, or without it of all. */
export interface ReceiptSelection {
  readonly receipt: string;
  readonly product?: string | undefined;
}

/** The bounds of a recall. */
export const recallLimits = { parts: 100 } as const;

/** What `POST /v1/recalls` asks for. */
export interface RecallInput {
  readonly reference: string;
  readonly reason: string;
  readonly covers: readonly (LotSelection | CreatedSelection | ReceiptSelection)[];
}

/**
 * Opens a recall. It changes no lot, and what it covers is looked up when it is read, so that lots
 * recorded later are within.
 * Fails: unknown_product, unknown_lots, unknown_sequence, unknown_series, unknown_reservation,
 * unknown_receipt, reservation_range, name_repeated, too_many_names.
 */
export async function openRecall(
  call: OnceCall,
  { reference, reason, covers }: RecallInput,
): Promise<{ recall: Recall; replayed: boolean }> {
  refuseTooManyNames(covers);
  await refuseUnknownReceipts(call, covers);
  const parts: object[] = [];
  for (const [index, part] of covers.entries()) {
    const selected = "names" in part || "reservation" in part || "sequence" in part;
    parts.push(selected ? await storedSelection(call, part, `/covers/${index}`) : part);
  }
  const id = newId(call.now());
  const [row] = await call.db.write<{ answer: { recall: RecallFacts; replayed: boolean } }>(
    sql`SELECT open_recall_v1(
          ${callOf(call.caller, call.idempotency)}, ${id}::uuid, ${reference}::text,
          ${reason}::text, ${JSON.stringify(parts)}::jsonb) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  const { recall, replayed } = row.answer;
  // Our own recall told as a replay: the answer of the try that opened it was lost on the way.
  return { recall: shownRecall(recall), replayed: replayed && recall.id !== id };
}

/** A receipt is never deleted: one that is found here is there when the recall is opened. */
async function refuseUnknownReceipts(
  { db, caller }: Call,
  covers: RecallInput["covers"],
): Promise<void> {
  const named = covers.map((part) => ("receipt" in part ? part.receipt : undefined));
  const ids = named.filter((id) => id !== undefined);
  if (ids.length === 0) return;
  const rows = await db.readFor<{ id: string }>(
    caller,
    sql`SELECT id::text AS id FROM receipts
        WHERE tenant = ${caller.tenant}
          AND id IN (SELECT given::uuid FROM jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) AS given)`,
  );
  const found = new Set(rows.map(({ id }) => id));
  for (const [index, receipt] of named.entries()) {
    if (receipt !== undefined && !found.has(receipt)) {
      fail("unknown_receipt", { receipt }, { pointer: `/covers/${index}/receipt` });
    }
  }
}

function refuseTooManyNames(covers: RecallInput["covers"]): void {
  const names = covers.reduce((sum, part) => sum + ("names" in part ? part.names.length : 0), 0);
  if (names > selectionLimits.names) {
    fail("too_many_names", { limit: selectionLimits.names, requested: names });
  }
}
