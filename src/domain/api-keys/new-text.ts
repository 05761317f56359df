import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { sha256 } from "../sha256.ts";
import { randomText } from "./random-text.ts";

/** The text of a new key, with what the store keeps of it. */
export interface KeyText {
  readonly text: string;
  /** SHA-256 in hex. */
  readonly digest: string;
  readonly prefix: string;
  readonly hint: string;
}

/** A new key of the caller's tenant: `smk_test_...` for a sibling that is for tests, else `smk_live_...`. */
export async function newKeyText({ db, caller }: Call): Promise<KeyText> {
  const [tenant] = await db.readFor<{ is_test: boolean }>(
    caller,
    sql`SELECT live_tenant IS NOT NULL AS is_test FROM tenants WHERE tenant = ${caller.tenant}`,
  );
  const prefix = tenant?.is_test === true ? "smk_test_" : "smk_live_";
  const text = randomText(prefix);
  return { text, digest: await sha256(text), prefix, hint: text.slice(-4) };
}
