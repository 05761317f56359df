import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { ApiKey } from "./api-key.ts";
import { shownApiKey } from "./api-key.ts";

/** Fails: api_key_not_found. */
export async function getApiKey({ db, caller }: Call, id: string): Promise<ApiKey> {
  const [row] = await db.readFor<ApiKey>(
    caller,
    sql`SELECT r.* FROM api_keys AS k CROSS JOIN LATERAL shown_api_key(k) AS r
        WHERE k.tenant = ${caller.tenant} AND k.public_id = ${id}::uuid`,
  );
  if (row === undefined) return fail("api_key_not_found", { api_key: id });
  return shownApiKey(row);
}
