import type { EventType } from "./event.ts";

export const deliveryStatuses = ["pending", "delivered", "failed"] as const;

/** A delivery as a list has it; its id is that of its event, which the receiver is told as webhook-id. */
export interface DeliveryRow {
  readonly id: string;
  readonly type: EventType;
  /** Id or name of what the event is about. */
  readonly subject: string;
  readonly status: (typeof deliveryStatuses)[number];
  /** Begun since it was made, or since it was repeated. */
  readonly attempts: number;
  readonly created_at: string;
  readonly last_attempt_at: string | null;
  readonly next_attempt_at: string | null;
  readonly response_status: number | null;
  readonly duration_ms: number | null;
  readonly last_error: string | null;
  readonly response_excerpt: string | null;
}

/** A delivery with the body that it sends. */
export type Delivery = DeliveryRow & { readonly payload: string };

export const deliveryColumns = [
  "id",
  "type",
  "subject",
  "status",
  "attempts",
  "created_at",
  "last_attempt_at",
  "next_attempt_at",
  "response_status",
  "duration_ms",
  "last_error",
  "response_excerpt",
] as const satisfies readonly (keyof DeliveryRow)[];

/** The members of a delivery in the order in which the wire has them, which the store does not keep. */
export function shownDelivery(facts: Delivery): Delivery {
  return {
    id: facts.id,
    type: facts.type,
    subject: facts.subject,
    status: facts.status,
    attempts: facts.attempts,
    created_at: facts.created_at,
    last_attempt_at: facts.last_attempt_at,
    next_attempt_at: facts.next_attempt_at,
    response_status: facts.response_status,
    duration_ms: facts.duration_ms,
    last_error: facts.last_error,
    response_excerpt: facts.response_excerpt,
    payload: facts.payload,
  };
}
