import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { executionContextOf } from "../execution-context.ts";

/**
 * Lets a request run to its end when its caller is gone: a reset connection stops a handler that only
 * awaits, unless the same work is held by `waitUntil`. What is written should be noted, and whoever waits
 * for the database in line has to let the next one in.
 */
export function runToEnd() {
  return createMiddleware<AppEnv>(async (c, next) => {
    const work = next();
    // Outside a Worker nothing stops a handler either.
    executionContextOf(c)?.waitUntil(work);
    await work;
  });
}
