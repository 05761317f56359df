import { z } from "@hono/zod-openapi";
import { longestUrl } from "../../domain/webhooks/address.ts";
import { deliveryStatuses } from "../../domain/webhooks/delivery.ts";
import { eventTypes } from "../../domain/webhooks/event.ts";
import { whenMissing } from "./missing.ts";

/** A type of event. */
export const eventType = z.enum(eventTypes);

/** The address of a webhook; which ones are taken, the verb says. */
export const webhookUrl = z
  .string(whenMissing("an address such as https://erp.example/hooks/serialmint"))
  .max(longestUrl)
  .openapi({
    example: "https://erp.example/hooks/serialmint",
    description: "Begins with https:// and a public host; redirects are not followed.",
  });

/** A webhook as answers have it. */
export const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(eventType).nullable(),
    description: z.string().nullable(),
    status: z.enum(["enabled", "disabled"]),
    disabled_reason: z.enum(["asked", "gone", "failing"]).nullable().openapi({
      description:
        "asked: by PATCH; gone: the receiver answered 410; failing: nothing got through for three days.",
    }),
    disabled_at: z.string().nullable(),
    failing_since: z.string().nullable().openapi({
      description: "When the first attempt since the last success failed.",
    }),
    previous_secret_until: z.string().nullable().openapi({
      description: "Until when the secret before signs as well.",
    }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("Webhook");

/** The same with its secret. */
export const madeWebhookSchema = webhookSchema
  .extend({
    secret: z.string().nullable().openapi({
      description: "Signs what is sent; shown this once. Null in the answer of a repeated request.",
    }),
  })
  .openapi("MadeWebhook");

const rowShape = {
  id: z.string().openapi({ description: "Of the event: the webhook-id that is sent." }),
  type: eventType,
  subject: z.string().openapi({ description: "Id or name of what it is about." }),
  status: z.enum(deliveryStatuses),
  attempts: z.int().openapi({ description: "Begun since it was made or repeated." }),
  created_at: z.string(),
  last_attempt_at: z.string().nullable(),
  next_attempt_at: z.string().nullable(),
  response_status: z.int().nullable().openapi({ description: "Of the last attempt." }),
  duration_ms: z.int().nullable().openapi({ description: "Of the last attempt." }),
  last_error: z.string().nullable(),
  response_excerpt: z.string().nullable().openapi({ description: "What the answer began with." }),
};

/** A delivery as lists have it. */
export const deliveryRowSchema = z.object(rowShape).openapi("DeliveryRow");

/** The same with its body. */
export const deliverySchema = z
  .object({
    ...rowShape,
    payload: z.string().openapi({ description: "The body, the same at each attempt." }),
  })
  .openapi("Delivery");
