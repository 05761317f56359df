import type { Context } from "hono";
import type { Touches } from "../db/caller.ts";
import type { Call, OnceCall } from "../domain/call.ts";
import type { Quota, QuotaUse } from "../domain/quotas/quota.ts";
import { takeRequest } from "../domain/quotas/take-request.ts";
import { identify } from "../domain/tenants/identify.ts";
import { anything } from "../domain/tenants/touches.ts";
import { settingsOf } from "../env.ts";
import { addressOf } from "./address.ts";
import { fail } from "../errors.ts";
import type { AppEnv } from "./context.ts";
import { databaseOf, idempotencyOf, keyDigestOf } from "./context.ts";
import { describeError, logError } from "./log.ts";

/**
 * What a verb needs of this request, which is about `touches`. Fails: api_key_unknown, and as countRequest
 * does.
 */
export async function callOf(c: Context<AppEnv>, touches: Touches = anything): Promise<Call> {
  const db = databaseOf(c);
  const definitions = c.get("definitions");
  const digest = keyDigestOf(c);
  const { tenant, quota } = await identify(db, definitions, digest);
  db.standInLineOf(tenant);
  await countRequest(c, quota);
  return {
    db,
    caller: {
      tenant,
      digest,
      scopes: c.get("route").scopes,
      touches,
      address: addressOf(c.req.header("cf-connecting-ip")),
      requestId: c.get("requestId"),
    },
    quota,
    noteNumbers: (numbers) => noteUse(c, { numbers }),
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
    wake: async (key) => {
      try {
        await c.env.WEBHOOK_PUMP.getByName(`${key.tenant}/${key.webhook}`).wake(key, 0);
      } catch (error) {
        // What is to be sent is in the database, and the scheduled sweep sets the pump on it again.
        logError({ request_id: c.get("requestId"), code: "pump_not_set", ...describeError(error) });
      }
    },
    allowedReceivers: settingsOf(c.env).webhookAllow,
    inlineBudgetMs: settingsOf(c.env).inlineBudgetMs,
  };
}

/** The same for a POST, which is carried out once. */
export async function onceCallOf(c: Context<AppEnv>, touches?: Touches): Promise<OnceCall> {
  return { ...(await callOf(c, touches)), idempotency: idempotencyOf(c) };
}

/**
 * Counts this request, once, if its key has a quota of requests. It does not wait long for that, and goes
 * nowhere uncounted. Fails: quota_requests_exceeded, database_unavailable, database_slow.
 */
export async function countRequest(
  c: Context<AppEnv>,
  { requests_per_minute: limit }: Quota,
): Promise<void> {
  if (limit === null || c.get("quotaUse") !== undefined) return;
  const counted = await takeRequest(databaseOf(c), keyDigestOf(c));
  noteUse(c, {});
  if (counted === null) return;
  const { is_let_in, requests, numbers } = counted;
  noteUse(c, { requests, ...(numbers === null ? {} : { numbers }) });
  if (!is_let_in) fail("quota_requests_exceeded", { limit, resets_in_s: requests.resets_in_s });
}

function noteUse(c: Context<AppEnv>, use: QuotaUse): void {
  c.set("quotaUse", { ...c.get("quotaUse"), ...use });
}

/** The header of a stored answer. */
export function replayHeader(replayed: boolean): Record<string, string> {
  return replayed ? { "Idempotent-Replayed": "true" } : {};
}
