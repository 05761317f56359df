import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { bytes } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Definitions } from "../definitions/definitions.ts";

/**
 * The tenant that an API key belongs to; remembered, since a key never changes its tenant. Whether the
 * key still works is checked by every later statement. `digest` is the key's SHA-256 in hex.
 */
export async function identify(
  db: Database,
  definitions: Definitions,
  digest: string,
): Promise<string> {
  const known = definitions.tenantOf(digest);
  if (known !== undefined) return known;
  const [row] = await db.read<{ tenant: string | null }>(
    sql`SELECT tenant_of_key_v1(${bytes(digest)}) AS tenant`,
  );
  if (row?.tenant == null) return fail("api_key_unknown", {});
  definitions.rememberTenant(digest, row.tenant);
  return row.tenant;
}
