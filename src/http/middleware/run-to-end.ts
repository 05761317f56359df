import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

/**
 * Lets a request run to its end when its caller is gone: a reset connection stops a handler that only
 * awaits, unless the same work is held by `waitUntil`. What is written should be noted, and whoever waits
 * for the database in line has to let the next one in.
 */
export function runToEnd() {
  return createMiddleware<AppEnv>(async (c, next) => {
    const work = next();
    executionContextOf(c)?.waitUntil(work);
    await work;
  });
}

function executionContextOf(c: {
  readonly executionCtx: { waitUntil(promise: Promise<unknown>): void };
}) {
  try {
    return c.executionCtx;
  } catch {
    // Outside a Worker there is none, and nothing stops a handler either.
    return undefined;
  }
}
