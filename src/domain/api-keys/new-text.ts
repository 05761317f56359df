import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { sha256 } from "../sha256.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Characters of the random part: 166 bits. */
const length = 28;

/** Bytes from here on would make the first characters of the alphabet likelier than the others. */
const fair = 256 - (256 % alphabet.length);

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
  const text = `${prefix}${randomPart()}`;
  return { text, digest: await sha256(text), prefix, hint: text.slice(-4) };
}

function randomPart(): string {
  let text = "";
  while (text.length < length) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(length))];
    text += bytes
      .filter((byte) => byte < fair)
      .map((byte) => alphabet.charAt(byte % alphabet.length))
      .join("");
  }
  return text.slice(0, length);
}
