import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { ReceiptFacts } from "./receipt.ts";

/** Fails: receipt_not_found. */
export async function receiptFacts({ db, caller }: Call, id: string): Promise<ReceiptFacts> {
  const [row] = await db.readFor<{ facts: ReceiptFacts | null }>(
    caller,
    sql`SELECT receipt_facts(${caller.tenant}::text, ${id}::uuid) AS facts`,
  );
  return row?.facts ?? fail("receipt_not_found", { receipt: id });
}
