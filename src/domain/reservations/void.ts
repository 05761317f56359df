import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { Run } from "./get.ts";
import { shownRun } from "./get.ts";
import { readReservationId } from "./reservation.ts";

/** What was voided; `voided` lists the runs. */
export interface Voiding {
  readonly reservation: string;
  readonly reason: string;
  readonly voided: readonly Run[];
}

/**
 * Voids numbers `first` to `last` of a reservation, or without both every number that is still open.
 * A key with `reserve` alone voids what it drew, or one that it has replaced.
 * Fails: reservation_not_found, reservation_of_another, reservation_range, reservation_used.
 */
export async function voidReservation(
  call: OnceCall,
  id: string,
  input: {
    readonly reason: string;
    readonly first?: bigint | undefined;
    readonly last?: bigint | undefined;
  },
): Promise<{ voiding: Voiding; replayed: boolean }> {
  const named = readReservationId(id);
  if (named === undefined) return fail("reservation_not_found", { reservation: id });
  const [row] = await call.db.write<{ answer: Voiding & { replayed: boolean } }>(
    sql`SELECT void_v1(${callOf(call.caller, call.idempotency)}, ${named.sequence}::text,
                       ${named.period}::text, ${named.first}::bigint,
                       ${input.first?.toString() ?? null}::bigint, ${input.last?.toString() ?? null}::bigint,
                       ${input.reason}::text) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  const { reservation, reason, voided, replayed } = row.answer;
  return { voiding: { reservation, reason, voided: voided.map(shownRun) }, replayed };
}
