import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";

const columns = [
  "product",
  "name",
  "state",
  "quantity",
  "location",
  "expires_on",
  "party",
  "reference",
  "shipped_at",
] as const;

/** Columns that hold digits, dates and words of ours only. */
const plain = ["state", "quantity", "expires_on", "shipped_at"] as const;

/**
 * The lots that a recall covers, each once, in the order of its parts, with party, reference and time
 * of their last shipment. Fails: recall_not_found.
 */
export async function listRecallLots(call: Call, id: string): Promise<Listing> {
  const { db, caller } = call;
  const [found] = await db.readFor(
    caller,
    sql`SELECT id FROM recalls WHERE tenant = ${caller.tenant} AND id = ${id}::uuid`,
  );
  if (found === undefined) return fail("recall_not_found", { recall: id });
  return listingOf(
    db,
    caller,
    columns,
    (after, limit) => {
      const [part, major, minor, name] =
        after === null
          ? ["0", "0", "-1", ""]
          : splitPlace(after, /^(\d{1,4})\.(\d{1,18})\.(\d{1,18})\.(.{1,128})$/su);
      return sql`
        SELECT * FROM recall_lots_v1(
          ${caller.tenant}::text, ${id}::uuid, ${part}::int, ${name}::text, ${major}::bigint,
          ${minor}::bigint, ${limit}::int)`;
    },
    plain,
  );
}
