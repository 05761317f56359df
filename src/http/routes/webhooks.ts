import { createRoute, z } from "@hono/zod-openapi";
import { changeWebhook } from "../../domain/webhooks/change.ts";
import { createWebhook } from "../../domain/webhooks/create.ts";
import { getWebhook } from "../../domain/webhooks/get.ts";
import { listWebhooks } from "../../domain/webhooks/list.ts";
import { removeWebhook } from "../../domain/webhooks/remove.ts";
import { rotateWebhookSecret } from "../../domain/webhooks/rotate-secret.ts";
import { testWebhook } from "../../domain/webhooks/test.ts";
import type { MadeSecret } from "../../domain/webhooks/webhook.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems, replayedHeader } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { plainText, webhookId } from "../schemas/names.ts";
import {
  deliverySchema,
  eventType,
  madeWebhookSchema,
  webhookSchema,
  webhookUrl,
} from "../schemas/webhook.ts";
import { pageQuery } from "../wire.ts";

const tags = ["Webhooks"];
const params = z.object({ id: webhookId });

/** Bounds of `overlap_s`: a day when left out, a week at most. */
const overlap = { usual: 86_400, most: 604_800 } as const;

const events = z.array(eventType).min(1).max(eventType.options.length).nullable().openapi({
  description: "The types that it is told of; null: all.",
});
const description = plainText(200).nullable();

const create = createRoute({
  method: "post",
  path: "/v1/webhooks",
  operationId: "createWebhook",
  security: anyOf("admin"),
  tags,
  summary: "Make a webhook: an address that events are sent to",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            url: webhookUrl,
            events: events.default(null),
            description: description.default(null),
          })
          .openapi("WebhookInput", {
            example: { url: "https://erp.example/hooks/serialmint", events: ["job.done"] },
          }),
      ),
    },
  },
  responses: {
    201: { description: "Made.", headers: createdHeaders, content: json(madeWebhookSchema) },
    ...problems("webhook_url_refused", "too_many_webhooks"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/webhooks",
  operationId: "listWebhooks",
  security: anyOf("admin"),
  tags,
  summary: "All webhooks",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Webhooks in order of creation.", content: listContent(webhookSchema) },
    ...problems("cursor_unusable"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}",
  operationId: "getWebhook",
  security: anyOf("admin"),
  tags,
  summary: "A webhook",
  request: { params },
  responses: {
    200: { description: "The webhook, without its secret.", content: json(webhookSchema) },
    ...problems("webhook_not_found"),
  },
});

const change = createRoute({
  method: "patch",
  path: "/v1/webhooks/{id}",
  operationId: "changeWebhook",
  security: anyOf("admin"),
  tags,
  summary: "Change, disable or enable a webhook",
  description: "What waits to be sent to a webhook is given up when it is disabled.",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            url: webhookUrl.optional(),
            events: events.optional(),
            description: description.optional(),
            status: z.enum(["enabled", "disabled"]).optional(),
          })
          .openapi("WebhookChange", { example: { events: ["job.done", "job.failed"] } }),
      ),
    },
  },
  responses: {
    200: { description: "The webhook as it is now.", content: json(webhookSchema) },
    ...problems("webhook_not_found", "webhook_url_refused"),
  },
});

const remove = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/remove",
  operationId: "removeWebhook",
  security: anyOf("admin"),
  tags,
  summary: "Remove a webhook",
  request: { params },
  responses: {
    200: {
      description: "As it was. Nothing more is sent to it.",
      headers: replayedHeader,
      content: json(webhookSchema),
    },
    ...problems("webhook_not_found"),
  },
});

const rotate = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/rotate-secret",
  operationId: "rotateWebhookSecret",
  security: anyOf("admin"),
  tags,
  summary: "Give a webhook a new secret",
  request: {
    params,
    body: {
      required: false,
      content: json(
        z
          .strictObject({
            overlap_s: z.int().min(0).max(overlap.most).optional().openapi({
              default: overlap.usual,
              description: "For how many seconds more the old secret signs as well.",
            }),
          })
          .openapi("SecretRotationInput"),
      ),
    },
  },
  responses: {
    200: {
      description: "The webhook with its new secret.",
      headers: replayedHeader,
      content: json(madeWebhookSchema),
    },
    ...problems("webhook_not_found"),
  },
});

const test = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/test",
  operationId: "testWebhook",
  security: anyOf("admin"),
  tags,
  summary: "Send a webhook an event to try it out",
  request: { params },
  responses: {
    202: { description: "On its way.", headers: createdHeaders, content: json(deliverySchema) },
    ...problems("webhook_not_found", "webhook_disabled"),
  },
});

/** Registers the calls of /v1/webhooks but for those of deliveries. */
export function registerWebhooks(app: App): void {
  app.openapi(create, async (c) => {
    const made = await createWebhook(await onceCallOf(c), c.req.valid("json"));
    return answerMade(made, 201, { Location: `/v1/webhooks/${made.webhook.id}` });
  });
  app.openapi(list, async (c) => {
    const listing = listWebhooks(await callOf(c));
    return answerList(c, { name: "webhooks", filters: {} }, listing, c.req.valid("query"));
  });
  app.openapi(get, async (c) => {
    return Response.json(await getWebhook(await callOf(c), c.req.valid("param").id));
  });
  app.openapi(change, async (c) => {
    const { id } = c.req.valid("param");
    return Response.json(await changeWebhook(await callOf(c), id, c.req.valid("json")));
  });
  app.openapi(remove, async (c) => {
    const { webhook, replayed } = await removeWebhook(await onceCallOf(c), c.req.valid("param").id);
    return Response.json(webhook, { headers: replayHeader(replayed) });
  });
  app.openapi(rotate, async (c) => {
    const { overlap_s = overlap.usual } = c.req.valid("json");
    const { id } = c.req.valid("param");
    return answerMade(await rotateWebhookSecret(await onceCallOf(c), id, overlap_s), 200);
  });
  app.openapi(test, async (c) => {
    const { id } = c.req.valid("param");
    const { delivery, replayed } = await testWebhook(await onceCallOf(c), id);
    const headers = {
      Location: `/v1/webhooks/${id}/deliveries/${delivery.id}`,
      ...replayHeader(replayed),
    };
    return Response.json(delivery, { status: 202, headers });
  });
}

function answerMade(
  { secret, webhook, replayed }: MadeSecret,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { ...webhook, secret },
    { status, headers: { ...headers, ...replayHeader(replayed) } },
  );
}
