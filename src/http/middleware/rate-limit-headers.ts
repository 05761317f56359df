import { createMiddleware } from "hono/factory";
import { setHeaders } from "../answer-headers.ts";
import type { AppEnv } from "../context.ts";
import { rateLimitFields } from "../rate-limit.ts";

/** Tells a key that has a quota what is left of it, whatever its request comes to. */
export function rateLimitHeaders() {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next();
    const digest = c.get("keyDigest");
    // One that is not let in is told nothing.
    if (digest === undefined || c.res.status === 401) return;
    const known = c.get("definitions").keyOf(digest);
    if (known !== undefined) setHeaders(c, rateLimitFields(known.quota, c.get("quotaUse") ?? {}));
  });
}
