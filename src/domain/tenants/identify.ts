import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { bytes } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Definitions, KnownKey } from "../definitions/definitions.ts";
import type { Quota } from "../quotas/quota.ts";

/**
 * The tenant that an API key belongs to and its quota; remembered, since a key never changes them. Whether
 * the key still works is checked by every later statement. `digest` is the key's SHA-256 in hex.
 */
export async function identify(
  db: Database,
  definitions: Definitions,
  digest: string,
): Promise<KnownKey> {
  const known = definitions.keyOf(digest);
  if (known !== undefined) return known;
  const [row] = await db.read<Quota & { readonly tenant: string }>(
    sql`SELECT tenant, count_per_request, numbers_per_day::float8 AS numbers_per_day,
               requests_per_minute
        FROM identify_v1(${bytes(digest)})`,
  );
  if (row === undefined) return fail("api_key_unknown", {});
  const { tenant, ...quota } = row;
  definitions.rememberKey(digest, { tenant, quota });
  return { tenant, quota };
}
