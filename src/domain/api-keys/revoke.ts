import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import type { ApiKey } from "./api-key.ts";
import { shownApiKey } from "./api-key.ts";

/** Revokes a key, which works no more from then on. Fails: api_key_not_found, last_admin_key. */
export async function revokeApiKey(
  call: OnceCall,
  id: string,
): Promise<{ revoked: ApiKey; replayed: boolean }> {
  const [row] = await call.db.write<{ answer: ApiKey & { replayed: boolean } }>(
    sql`SELECT revoke_api_key_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return { revoked: shownApiKey(row.answer), replayed: row.answer.replayed };
}
