import type { Context } from "hono";
import type { Touches } from "../db/caller.ts";
import type { Call, OnceCall } from "../domain/call.ts";
import { identify } from "../domain/tenants/identify.ts";
import { anything } from "../domain/tenants/touches.ts";
import { settingsOf } from "../env.ts";
import type { AppEnv } from "./context.ts";
import { databaseOf, idempotencyOf, keyDigestOf } from "./context.ts";
import { describeError, logError } from "./log.ts";

/** What a verb needs of this request, which is about `touches`. Fails: api_key_unknown. */
export async function callOf(c: Context<AppEnv>, touches: Touches = anything): Promise<Call> {
  const db = databaseOf(c);
  const definitions = c.get("definitions");
  const digest = keyDigestOf(c);
  const tenant = await identify(db, definitions, digest);
  db.standInLineOf(tenant);
  return {
    db,
    caller: { tenant, digest, scopes: c.get("route").scopes, touches },
    definitions,
    now: Date.now,
    arm: async ({ tenant, job }, afterMs) => {
      try {
        const pump = c.env.JOB_PUMP.getByName(`${tenant}/${job}`);
        await pump.arm({ tenant, job }, afterMs);
      } catch (error) {
        // The job is in the database, and the scheduled sweep sets the pump on it again.
        logError({ request_id: c.get("requestId"), code: "pump_not_set", ...describeError(error) });
      }
    },
    inlineBudgetMs: settingsOf(c.env).inlineBudgetMs,
  };
}

/** The same for a POST, which is carried out once. */
export async function onceCallOf(c: Context<AppEnv>, touches?: Touches): Promise<OnceCall> {
  return { ...(await callOf(c, touches)), idempotency: idempotencyOf(c) };
}

/** The header of a stored answer. */
export function replayHeader(replayed: boolean): Record<string, string> {
  return replayed ? { "Idempotent-Replayed": "true" } : {};
}
