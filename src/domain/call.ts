import type { Caller } from "../db/caller.ts";
import type { Database, Idempotency } from "../db/client.ts";
import type { Definitions } from "./definitions/definitions.ts";
import type { Arm } from "./jobs/job.ts";
import type { Quota, Used } from "./quotas/quota.ts";
import type { Allowed } from "./webhooks/address.ts";
import type { Wake } from "./webhooks/webhook.ts";

/** What a verb works with: who calls, the database, what the isolate knows, the clock, the pump. */
export interface Call {
  readonly db: Database;
  readonly caller: Caller;
  /** What the caller's key may use up. */
  readonly quota: Quota;
  /** Takes note of the numbers that the key has used up today. */
  readonly noteNumbers: (used: Used) => void;
  readonly definitions: Definitions;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sets the pump on a job that outlasts its request. */
  readonly arm: Arm;
  /** Sets the pump on a webhook that has something to be sent. */
  readonly wake: Wake;
  /** Addresses that webhooks may have though they are not public. */
  readonly allowedReceivers: Allowed;
  /** How long a request may work on a job before it answers 202, in milliseconds. */
  readonly inlineBudgetMs: number;
}

/** A call that is carried out once however often it is sent. */
export interface OnceCall extends Call {
  readonly idempotency: Idempotency;
}
