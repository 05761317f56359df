import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { idShape } from "../id.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { ReceiptStatus } from "./receipt.ts";

const columns = [
  "id",
  "reference",
  "status",
  "at",
  "lines",
  "job",
  "created_at",
  "cancelled_at",
  "reason",
] as const;

/** Receipts in the order of their creation, without their lines. */
export function listReceipts(
  { db, caller }: Call,
  filters: { readonly reference?: string | undefined; readonly status?: ReceiptStatus | undefined },
): Listing {
  return listingOf(db, caller, columns, (after, limit) => {
    const [id = null] = after === null ? [] : splitPlace(after, placeOfId);
    return sql`
      SELECT r.id::text AS id, r.reference, r.status, r.at,
             (SELECT count(*) FROM receipt_lines AS l
              WHERE l.tenant = r.tenant AND l.receipt = r.id) AS lines,
             r.job::text AS job, wire_time(r.created_at) AS created_at,
             wire_time(r.cancelled_at) AS cancelled_at, r.reason, r.id::text AS place
      FROM receipts AS r
      WHERE r.tenant = ${caller.tenant}
        AND (${id}::uuid IS NULL OR r.id > ${id}::uuid)
        AND (${filters.reference ?? null}::text IS NULL OR r.reference = ${filters.reference ?? null}::text)
        AND (${filters.status ?? null}::receipt_status IS NULL
             OR r.status = ${filters.status ?? null}::receipt_status)
      ORDER BY r.id LIMIT ${limit}::int`;
  });
}

const placeOfId = new RegExp(`(${idShape.source})`);
