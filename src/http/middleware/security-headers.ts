import { createMiddleware } from "hono/factory";
import { setHeaders } from "../answer-headers.ts";
import type { AppEnv } from "../context.ts";

/** Headers that every answer carries; what is under /v1 is never kept by a cache. */
export function securityHeaders() {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next();
    setHeaders(c, { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    if (c.req.path === "/v1" || c.req.path.startsWith("/v1/")) {
      setHeaders(c, { "cache-control": "no-store" });
    }
  });
}
