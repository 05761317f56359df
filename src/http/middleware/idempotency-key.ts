import { createMiddleware } from "hono/factory";
import { fail } from "../../errors.ts";
import type { AppEnv } from "../context.ts";

const longest = 255;

/** What a text reads as: the key, or why it is none. */
export type KeyReading =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads an Idempotency-Key: an RFC 8941 string in quotes (section 3.3.3, with `\"` and `\\` as its
 * only escapes), or the key itself. Both forms of the same characters are the same key.
 */
export function readIdempotencyKey(header: string): KeyReading {
  const text = header.trim();
  if (!/^[\x20-\x7e]*$/.test(text)) {
    return { ok: false, reason: "It has characters that are not printable ASCII." };
  }
  let key = text;
  if (text.startsWith('"')) {
    const match = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text);
    if (match?.[1] === undefined) {
      return { ok: false, reason: "It begins with a quote and is not one quoted string." };
    }
    key = match[1].replaceAll(/\\(["\\])/g, "$1");
  }
  if (key === "") return { ok: false, reason: "It is empty." };
  if (key.length > longest) {
    return { ok: false, reason: `It has ${key.length} characters; the limit is ${longest}.` };
  }
  return { ok: true, key };
}

/** Requires an Idempotency-Key on every POST and leaves it on the context. */
export function idempotencyKey() {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (c.req.method === "POST") {
      const header = c.req.header("idempotency-key");
      if (header === undefined) fail("idempotency_key_missing", {});
      const reading = readIdempotencyKey(header);
      if (!reading.ok) fail("idempotency_key_malformed", { reason: reading.reason });
      c.set("idempotencyKey", reading.key);
    }
    await next();
  });
}
