import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { canonicalJson } from "../json/canonical.ts";
import { sha256 } from "../../domain/sha256.ts";

/** Characters of the longest text that the database is given to digest: it does short ones in no time. */
const longestText = 2000;

/**
 * Leaves key and fingerprint of a POST on the context. The fingerprint covers method, path with
 * query, and the body as it was sent (keys sorted), never what the schemas made of it, so that a
 * later default cannot make an old request look like another.
 */
export function fingerprint() {
  return createMiddleware<AppEnv>(async (c, next) => {
    const key = c.get("idempotencyKey");
    if (key !== undefined) {
      const { url } = c.req;
      const body = c.get("body");
      const text = `${c.req.method}\n${pathOf(url)}\n${body === undefined ? "" : canonicalJson(body)}`;
      const short = text.length <= longestText;
      c.set("idempotency", { key, fingerprint: short ? { text } : { digest: await sha256(text) } });
    }
    await next();
  });
}

/** Path and query of a request's URL, which is absolute and has no fragment. */
function pathOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}
