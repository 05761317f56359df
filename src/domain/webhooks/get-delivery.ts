import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Delivery } from "./delivery.ts";
import { shownDelivery } from "./delivery.ts";

/** Fails: delivery_not_found. */
export async function getDelivery(
  { db, caller }: Call,
  webhook: string,
  id: string,
): Promise<Delivery> {
  const [row] = await db.readFor<{ facts: Delivery | null }>(
    caller,
    sql`SELECT delivery_facts(${caller.tenant}::text, ${webhook}::uuid, ${id}::uuid) AS facts`,
  );
  const facts = row?.facts ?? fail("delivery_not_found", { webhook, delivery: id });
  return shownDelivery(facts);
}
