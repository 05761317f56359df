import type { EventType } from "./event.ts";

/** A webhook as the wire knows it; its secret is shown once, by the call that makes it. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** The types that it is told of; null: all. */
  readonly events: readonly EventType[] | null;
  readonly description: string | null;
  readonly status: "enabled" | "disabled";
  readonly disabled_reason: "asked" | "gone" | "failing" | null;
  readonly disabled_at: string | null;
  /** When the first attempt since the last success failed. */
  readonly failing_since: string | null;
  /** Until when the secret before signs as well. */
  readonly previous_secret_until: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A webhook with its secret; null when this is the answer of an earlier request. */
export interface MadeSecret {
  readonly secret: string | null;
  readonly webhook: Webhook;
  readonly replayed: boolean;
}

/** Names one webhook of one tenant. */
export interface WebhookKey {
  readonly tenant: string;
  readonly webhook: string;
}

/** Sets the pump on a webhook that has something to be sent. */
export type Wake = (key: WebhookKey) => Promise<void>;

/** The most webhooks of a tenant. */
export const webhooksMost = 20;

/** How long giving up what waits to be sent to a webhook may take, in seconds: it can be millions of messages. */
export const givingUpSeconds = 120;

export const webhookColumns = [
  "id",
  "url",
  "events",
  "description",
  "status",
  "disabled_reason",
  "disabled_at",
  "failing_since",
  "previous_secret_until",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Webhook)[];

/** The members of a webhook in the order in which the wire has them, which the store does not keep. */
export function shownWebhook(facts: Webhook): Webhook {
  return {
    id: facts.id,
    url: facts.url,
    events: facts.events,
    description: facts.description,
    status: facts.status,
    disabled_reason: facts.disabled_reason,
    disabled_at: facts.disabled_at,
    failing_since: facts.failing_since,
    previous_secret_until: facts.previous_secret_until,
    created_at: facts.created_at,
    updated_at: facts.updated_at,
  };
}
