import { createMiddleware } from "hono/factory";
import { remember } from "../../domain/definitions/remember.ts";
import { fail } from "../../errors.ts";
import type { AppEnv } from "../context.ts";
import { sha256 } from "../../domain/sha256.ts";

/** RFC 6750 section 2.1; the scheme's letter case does not count (RFC 9110 section 11.1). */
const bearer = /^bearer +(?<key>smk_(?:live|test|demo)_[0-9A-Za-z]{28})$/i;
const keyForm = /^smk_(?:live|test|demo)_[0-9A-Za-z]{28}$/;

/**
 * Reads the API key and leaves its SHA-256 on the context. Whether the key is known and not revoked
 * is checked in the database, by the statement that does the work.
 */
export function authentication() {
  // Taking a digest costs as much as reading a body. A key's is always the same.
  const digests = new Map<string, string>();
  const digestOf = async (key: string): Promise<string> => {
    const known = digests.get(key);
    if (known !== undefined) return known;
    const digest = await sha256(key);
    remember(digests, key, digest);
    return digest;
  };
  return createMiddleware<AppEnv>(async (c, next) => {
    const header = c.req.header("authorization");
    if (header === undefined || header.trim() === "") fail("api_key_missing", {});
    const key = bearer.exec(header.trim())?.groups?.["key"];
    if (key === undefined || !keyForm.test(key)) fail("api_key_malformed", {});
    c.set("keyDigest", await digestOf(key));
    await next();
  });
}
