import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { canonicalJson } from "../json/canonical.ts";
import { sha256 } from "../sha256.ts";

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
      c.set("idempotency", { key, fingerprint: await sha256(text) });
    }
    await next();
  });
}

/** Path and query of a request's URL, which is absolute and has no fragment. */
function pathOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}
