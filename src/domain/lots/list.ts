import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Touches } from "../../db/caller.ts";
import type { Call } from "../call.ts";
import type { Listing, RowsBehind } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import { aboutReservation, readReservationId } from "../reservations/reservation.ts";
import { anything } from "../tenants/touches.ts";
import type { LotState } from "./lot.ts";
import { lotColumns, plainLotColumns } from "./lot.ts";

/** Which lots are wanted; what is left out matches everything, and all that is given has to match. */
export interface LotFilters {
  readonly product?: string | undefined;
  readonly name?: string | undefined;
  readonly job?: string | undefined;
  readonly reservation?: string | undefined;
  readonly state?: LotState | undefined;
  readonly location?: string | undefined;
  /** Lots that expire on a later day; YYYY-MM-DD. */
  readonly expires_after?: string | undefined;
  /** Lots that expire on an earlier day; YYYY-MM-DD. */
  readonly expires_before?: string | undefined;
  /** Lots whose last change to `shipped` had this party. */
  readonly party?: string | undefined;
  /** Lots that were changed under this reference. */
  readonly reference?: string | undefined;
  /** Lots that this receipt made, grew or took back. */
  readonly receipt?: string | undefined;
}

/**
 * Lots in the order of the first of these that is asked for: those of one name by product; of a job or
 * reservation by creation; of a receipt those that it made by creation, then those that it grew or took
 * back by name and product; of a party or reference by the change that it was part of; with expiry dates by
 * date; of a location or a state by product and name. All others by creation.
 */
export function listLots(call: Call, filters: LotFilters): Listing {
  return listingOf(call.db, call.caller, lotColumns, rowsOf(call, filters), plainLotColumns);
}

/** What a list of these lots touches. */
export function aboutFilters({ product, reservation }: LotFilters): Touches {
  const { sequences } = reservation === undefined ? anything : aboutReservation(reservation);
  return { sequences, products: product === undefined ? null : [product] };
}

function rowsOf(call: Call, filters: LotFilters): RowsBehind {
  const { name, job, reservation, receipt, party, reference } = filters;
  const { expires_after, expires_before } = filters;
  if (name !== undefined) return ofName(call, filters);
  if (job !== undefined || reservation !== undefined) return byCreation(call, filters);
  if (receipt !== undefined) return ofReceipt(call, filters);
  if (party !== undefined || reference !== undefined) return byChange(call, filters);
  if (expires_after !== undefined || expires_before !== undefined) return byExpiry(call, filters);
  if (filters.location !== undefined) return byName(call, filters, sql`lots_by_location_v1`);
  // New lots are available, and no index knows them.
  if (filters.state === undefined || filters.state === "available")
    return byCreation(call, filters);
  return byName(call, filters, sql`lots_by_state_v1`);
}

/** The filters that can be told of one lot by itself, as the store's functions take them. */
function stored(filters: LotFilters): SQL {
  const { product, state, location, expires_after, expires_before } = filters;
  const { party, reference, receipt } = filters;
  const told = {
    product,
    state,
    location,
    expires_after,
    expires_before,
    party,
    reference,
    receipt,
  };
  return sql`jsonb_populate_record(NULL::lot_filter, ${JSON.stringify(told)}::jsonb)`;
}

function byCreation({ caller }: Call, filters: LotFilters): RowsBehind {
  const { job, reservation } = filters;
  const named = reservation === undefined ? undefined : readReservationId(reservation);
  return (after, limit) => {
    const [item, index] = placeOfCreation(after);
    // A reservation that does not exist has no lots: series 0 is nobody's.
    const series =
      reservation === undefined
        ? sql`NULL::bigint`
        : sql`coalesce((SELECT id FROM series WHERE tenant = ${caller.tenant}
                          AND sequence = ${named?.sequence ?? ""}
                          AND period = ${named?.period ?? ""}), 0)`;
    return sql`
      SELECT * FROM list_lots_v1(
        ${caller.tenant}::text, ${stored(filters)}, ${job ?? null}::uuid, ${series},
        ${named?.first ?? null}::bigint, ${item}::bigint, ${index}::bigint, ${limit}::int)`;
  };
}

function ofReceipt({ caller }: Call, filters: LotFilters): RowsBehind {
  return (after, limit) => {
    const [item, index] = placeOfCreation(after);
    return sql`
      SELECT * FROM lots_of_receipt_v1(
        ${caller.tenant}::text, ${stored(filters)}, ${item}::bigint, ${index}::bigint,
        ${limit}::int)`;
  };
}

/** The item, and the index within it, behind which a page in the order of creation begins. */
function placeOfCreation(after: string | null): readonly string[] {
  return after === null ? ["0", "-1"] : splitPlace(after, /^(\d{1,18})\.(\d{1,18})$/);
}

function ofName({ caller }: Call, filters: LotFilters): RowsBehind {
  return (after, limit) => sql`
    SELECT * FROM find_lots_v1(
      ${caller.tenant}::text, ${filters.name}::text, ${stored(filters)},
      ${filters.job ?? null}::uuid, ${filters.reservation ?? null}::text,
      ${after ?? ""}::text, ${limit}::int)`;
}

function byExpiry({ caller }: Call, filters: LotFilters): RowsBehind {
  return (after, limit) => {
    const [day, product, name] =
      after === null
        ? [filters.expires_after ?? "-infinity", "", ""]
        : splitPlace(after, /^(\d{4}-\d\d-\d\d)\n([^\n]{1,64})\n(.{1,128})$/su);
    return sql`
      SELECT * FROM lots_by_expiry_v1(
        ${caller.tenant}::text, ${stored(filters)}, ${day}::date, ${product}::text, ${name}::text,
        ${limit}::int)`;
  };
}

function byChange({ caller }: Call, filters: LotFilters): RowsBehind {
  return (after, limit) => {
    const [change, name] =
      after === null ? ["0", ""] : splitPlace(after, /^(\d{1,18})\n(.{1,128})$/su);
    return sql`
      SELECT * FROM lots_by_change_v1(
        ${caller.tenant}::text, ${stored(filters)}, ${change}::bigint, ${name}::text, ${limit}::int)`;
  };
}

function byName({ caller }: Call, filters: LotFilters, rows: SQL): RowsBehind {
  return (after, limit) => {
    const [product, name] =
      after === null ? ["", ""] : splitPlace(after, /^([^\n]{1,64})\n(.{1,128})$/su);
    return sql`
      SELECT * FROM ${rows}(
        ${caller.tenant}::text, ${stored(filters)}, ${product}::text, ${name}::text, ${limit}::int)`;
  };
}
