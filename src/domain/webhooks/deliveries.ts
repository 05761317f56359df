import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Listing } from "../lists/listing.ts";
import { listingOf } from "../lists/listing.ts";
import { splitPlace } from "../lists/place.ts";
import type { DeliveryRow } from "./delivery.ts";
import { deliveryColumns } from "./delivery.ts";
import { getWebhook } from "./get.ts";

/** What of 30 days was and is to be sent to a webhook, in order of creation. Fails: webhook_not_found. */
export async function listDeliveries(
  call: Call,
  webhook: string,
  { status }: { readonly status?: DeliveryRow["status"] | undefined },
): Promise<Listing> {
  await getWebhook(call, webhook);
  const { db, caller } = call;
  return listingOf(db, caller, deliveryColumns, (after, limit) => {
    const [at = null, id = null] =
      after === null ? [] : splitPlace(after, /^(\d{4}-\d\d-\d\d [^ ]{8,22}) ([0-9a-f-]{36})$/);
    return sql`
      SELECT shown.*, d.created_at || ' ' || d.event AS place
      FROM webhook_deliveries AS d
      JOIN events AS e ON e.tenant = d.tenant AND e.id = d.event
      CROSS JOIN LATERAL shown_delivery(d, e) AS shown
      WHERE d.tenant = ${caller.tenant} AND d.webhook = ${webhook}::uuid
        AND (${id}::uuid IS NULL OR (d.created_at, d.event) > (${at}::timestamptz, ${id}::uuid))
        AND (${status ?? null}::delivery_status IS NULL OR d.status = ${status ?? null}::delivery_status)
      ORDER BY d.created_at, d.event LIMIT ${limit}::int`;
  });
}
