import { createMiddleware } from "hono/factory";
import { setHeaders } from "../answer-headers.ts";
import type { AppEnv } from "../context.ts";

/**
 * Adds `Server-Timing` with the time until the answer began and the database's part of it, both in
 * milliseconds. `now` gives milliseconds on a clock that never goes back.
 */
export function serverTiming(now: () => number = () => performance.now()) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const timings = { requests: 0, milliseconds: 0 };
    c.set("timings", timings);
    const began = now();
    await next();
    const total = (now() - began).toFixed(1);
    const requests = `${timings.requests} request${timings.requests === 1 ? "" : "s"}`;
    const database = `db;dur=${timings.milliseconds.toFixed(1)};desc="${requests}"`;
    setHeaders(c, { "server-timing": `total;dur=${total}, ${database}` });
  });
}
