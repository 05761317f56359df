import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { settingsOf } from "../../env.ts";
import type { AppEnv } from "../context.ts";

/** Headers that a page of an allowed origin may read. */
const readable = [
  "Location",
  "Retry-After",
  "ETag",
  "Idempotent-Replayed",
  "RateLimit",
  "RateLimit-Policy",
  "Server-Timing",
  "Stream-Cursor",
  "X-Request-Id",
];

/** Seconds for which a browser may keep the answer to a preflight. */
const preflightSeconds = 600;

/** Lets browsers of the origins in CORS_ORIGINS call; without that setting it does nothing. */
export function crossOrigin() {
  return createMiddleware<AppEnv>(async (c, next) => {
    // The bindings' own check waits until a route needs them: a page without CORS needs none.
    if (!c.env?.CORS_ORIGINS) return next();
    const origins = settingsOf(c.env).corsOrigins;
    const plainOptions =
      c.req.method === "OPTIONS" && c.req.header("access-control-request-method") === undefined;
    if (origins.length === 0 || plainOptions) return next();
    const handler = cors({
      origin: origins.includes("*") ? "*" : [...origins],
      allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH"],
      allowHeaders: [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Prefer",
        "X-Request-Id",
      ],
      exposeHeaders: readable,
      maxAge: preflightSeconds,
    });
    return handler(c, next);
  });
}
