import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing, RowsBehind } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { readReservationId } from "../reservations/reservation.ts";
import { lotColumns, plainLotColumns } from "./lot.ts";

/** Which lots are wanted; what is left out matches everything. */
export interface LotFilters {
  readonly product?: string | undefined;
  readonly name?: string | undefined;
  readonly job?: string | undefined;
  readonly reservation?: string | undefined;
}

/** Lots in the order of their creation; those of one name in the order of their products. */
export function listLots(call: Call, filters: LotFilters): Listing {
  return filters.name === undefined ? lotsInOrder(call, filters) : lotsOfName(call, filters);
}

function lotsInOrder({ db, caller }: Call, { product, job, reservation }: LotFilters): Listing {
  const named = reservation === undefined ? undefined : readReservationId(reservation);
  const behind: RowsBehind = (after, limit) => {
    const [item, index] =
      after === null ? ["0", "-1"] : splitPlace(after, /^(\d{1,18})\.(\d{1,8})$/);
    // A reservation that does not exist has no lots: series 0 is nobody's.
    const series =
      reservation === undefined
        ? sql`NULL::bigint`
        : sql`coalesce((SELECT id FROM series WHERE tenant = ${caller.tenant}
                          AND sequence = ${named?.sequence ?? ""}
                          AND period = ${named?.period ?? ""}), 0)`;
    return sql`
      SELECT * FROM list_lots_v1(
        ${caller.tenant}::text, ${product ?? null}::text, ${job ?? null}::uuid, ${series},
        ${named?.first ?? null}::bigint, ${item}::bigint, ${index}::bigint, ${limit}::int)`;
  };
  return listingOf(db, caller, lotColumns, behind, plainLotColumns);
}

function lotsOfName(
  { db, caller }: Call,
  { name, product, job, reservation }: LotFilters,
): Listing {
  const behind: RowsBehind = (after, limit) => sql`
      SELECT l.* FROM find_lots_v1(${caller.tenant}::text, ${name}::text, ${product ?? null}::text) AS l
      WHERE (${after}::text IS NULL OR l.place COLLATE "C" > ${after}::text)
        AND (${reservation ?? null}::text IS NULL OR l.reservation = ${reservation ?? null}::text)
        AND (${job ?? null}::uuid IS NULL OR EXISTS (
              SELECT FROM lots
              JOIN job_items AS i ON i.tenant = lots.tenant AND i.id = lots.item
              WHERE lots.tenant = ${caller.tenant} AND lots.name = ${name}::text
                AND lots.product = l.product AND i.job = ${job ?? null}::uuid))
      ORDER BY l.place COLLATE "C" LIMIT ${limit}::int`;
  return listingOf(db, caller, lotColumns, behind, plainLotColumns);
}
