import { createRoute, z } from "@hono/zod-openapi";
import { listDeliveries } from "../../domain/webhooks/deliveries.ts";
import { deliveryStatuses } from "../../domain/webhooks/delivery.ts";
import { getDelivery } from "../../domain/webhooks/get-delivery.ts";
import { repeatDelivery } from "../../domain/webhooks/repeat.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { deliveryId, webhookId } from "../schemas/names.ts";
import { deliveryRowSchema, deliverySchema } from "../schemas/webhook.ts";
import { pageQuery } from "../wire.ts";

const tags = ["Webhooks"];
const params = z.object({ id: webhookId, delivery: deliveryId });

const list = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}/deliveries",
  operationId: "listDeliveries",
  security: anyOf("admin"),
  tags,
  summary: "What was sent to a webhook, and what came of it",
  description: "Kept for 30 days.",
  request: {
    params: z.object({ id: webhookId }),
    query: z.strictObject({ ...pageQuery, status: z.enum(deliveryStatuses).optional() }),
  },
  responses: {
    200: {
      description: "Deliveries in order of creation.",
      content: listContent(deliveryRowSchema),
    },
    ...problems("webhook_not_found", "cursor_unusable"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}/deliveries/{delivery}",
  operationId: "getDelivery",
  security: anyOf("admin"),
  tags,
  summary: "A delivery, with the body that it sends",
  request: { params },
  responses: {
    200: { description: "The delivery.", content: json(deliverySchema) },
    ...problems("delivery_not_found"),
  },
});

const repeat = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/deliveries/{delivery}/repeat",
  operationId: "repeatDelivery",
  security: anyOf("admin"),
  tags,
  summary: "Send a delivery once more, with the same id and body",
  request: { params },
  responses: {
    202: { description: "On its way.", headers: createdHeaders, content: json(deliverySchema) },
    ...problems("webhook_not_found", "delivery_not_found", "webhook_disabled"),
  },
});

/** Registers the calls of /v1/webhooks/{id}/deliveries. */
export function registerWebhookDeliveries(app: App): void {
  app.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { status, ...page } = c.req.valid("query");
    const listing = await listDeliveries(await callOf(c), id, { status });
    return answerList(c, { name: "deliveries", filters: { id, status } }, listing, page);
  });
  app.openapi(get, async (c) => {
    const { id, delivery } = c.req.valid("param");
    return Response.json(await getDelivery(await callOf(c), id, delivery));
  });
  app.openapi(repeat, async (c) => {
    const { id, delivery: asked } = c.req.valid("param");
    const { delivery, replayed } = await repeatDelivery(await onceCallOf(c), id, asked);
    const headers = {
      Location: `/v1/webhooks/${id}/deliveries/${delivery.id}`,
      ...replayHeader(replayed),
    };
    return Response.json(delivery, { status: 202, headers });
  });
}
