import { createMiddleware } from "hono/factory";
import { setHeaders } from "../answer-headers.ts";
import type { AppEnv } from "../context.ts";

/** What a caller may send as X-Request-Id. */
const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Gives every request an id: the caller's X-Request-Id when it is 1 to 64 of `A-Za-z0-9._-`, else a
 * new UUID. Answers with it. (Hono's own takes other characters and drops one that has a dot.)
 */
export function requestId(generate: () => string = () => crypto.randomUUID()) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const given = c.req.header("x-request-id");
    const id = given !== undefined && acceptable.test(given) ? given : generate();
    c.set("requestId", id);
    await next();
    setHeaders(c, { "x-request-id": id });
  });
}
