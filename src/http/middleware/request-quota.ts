import { createMiddleware } from "hono/factory";
import { countRequest } from "../call.ts";
import type { AppEnv } from "../context.ts";
import { keyDigestOf } from "../context.ts";

/**
 * Counts the requests of keys that have a quota of them, before anything else is looked at. Of a key that the
 * isolate does not know yet, the first request that is about to be carried out is counted then.
 */
export function requestQuota() {
  return createMiddleware<AppEnv>(async (c, next) => {
    const known = c.get("definitions").keyOf(keyDigestOf(c));
    if (known !== undefined) await countRequest(c, known.quota);
    await next();
  });
}
