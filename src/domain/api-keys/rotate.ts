import { sql } from "drizzle-orm";
import { bytes, callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { newId } from "../id.ts";
import type { ApiKey, MadeKey } from "./api-key.ts";
import { newKeyText } from "./new-text.ts";
import { shownOnce } from "./shown-once.ts";

/**
 * Makes a key in place of another one, which works for `overlapSeconds` more. Fails: api_key_not_found,
 * api_key_wrong_state, last_admin_key_overlap.
 */
export async function rotateApiKey(
  call: OnceCall,
  id: string,
  overlapSeconds: number,
): Promise<MadeKey> {
  const { text, digest, prefix, hint } = await newKeyText(call);
  const made = newId(call.now());
  const [row] = await call.db.write<{ answer: ApiKey & { replayed: boolean } }>(
    sql`SELECT rotate_api_key_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid,
                                 ${bytes(digest)},
                                 ${JSON.stringify({ public_id: made, prefix, hint })}::jsonb,
                                 make_interval(secs => ${overlapSeconds})) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return shownOnce(row.answer, made, text);
}
