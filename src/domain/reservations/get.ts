import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Reservation, ReservationFacts } from "./reservation.ts";
import { readReservationId, shownReservation } from "./reservation.ts";

/** A run of numbers on the wire. */
export interface Run {
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

export function shownRun({ first, last, count }: Run): Run {
  return { first, last, count };
}

/** A reservation with what is still open of it: neither voided nor taken by a job. */
export type ReservationState = Reservation & { readonly open: readonly Run[] };

/** Fails: reservation_not_found. */
export async function getReservation(call: Call, id: string): Promise<ReservationState> {
  const facts = await reservationFacts(call, id);
  return { ...shownReservation(facts), open: facts.open.map(shownRun) };
}

/** Fails: reservation_not_found. */
export async function reservationFacts(
  { db, caller }: Call,
  id: string,
): Promise<ReservationFacts & { readonly open: readonly Run[] }> {
  const named = readReservationId(id);
  if (named === undefined) return fail("reservation_not_found", { reservation: id });
  const [row] = await db.readFor<{ facts: ReservationFacts & { open: readonly Run[] } }>(
    caller,
    sql`SELECT reservation_facts(l) || jsonb_build_object(
                 'open', jsonb_path_query_array(run_list(open_numbers(l), l.step), '$[0 to 99]')
               ) AS facts
        FROM series AS s
        JOIN ledger AS l ON l.tenant = s.tenant AND l.series = s.id
        WHERE s.tenant = ${caller.tenant} AND s.sequence = ${named.sequence}
          AND s.period = ${named.period} AND l.first = ${named.first}::bigint AND l.kind = 'reserved'`,
  );
  return row?.facts ?? fail("reservation_not_found", { reservation: id });
}
