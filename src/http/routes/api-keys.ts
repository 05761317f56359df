import { createRoute, z } from "@hono/zod-openapi";
import type { MadeKey } from "../../domain/api-keys/api-key.ts";
import { createApiKey } from "../../domain/api-keys/create.ts";
import { getApiKey } from "../../domain/api-keys/get.ts";
import { listApiKeys } from "../../domain/api-keys/list.ts";
import { revokeApiKey } from "../../domain/api-keys/revoke.ts";
import { rotateApiKey } from "../../domain/api-keys/rotate.ts";
import { apiScopes } from "../../db/caller.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems, replayedHeader } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { moment } from "../schemas/dates.ts";
import { apiKeyId, plainText, productSku, sequenceKey } from "../schemas/names.ts";
import { pageQuery } from "../wire.ts";

const tags = ["API keys"];
const params = z.object({ id: apiKeyId });

/** Sequences or products that a key is limited to. */
const limitMost = 100;

/** Bounds of `overlap_s`: a day when left out, 30 days at most. */
const overlap = { usual: 86_400, most: 2_592_000 } as const;

const scope = z.enum(apiScopes);

/** The most that a quota can say; see docs/operating/limits.md. */
const quotaMost = {
  count_per_request: 10_000_000,
  numbers_per_day: 999_999_999_999,
  requests_per_minute: 1_000_000,
} as const;

const quotaSchema = z
  .object({
    count_per_request: z.number().nullable(),
    numbers_per_day: z.number().nullable(),
    requests_per_minute: z.number().nullable(),
  })
  .openapi("Quota", { description: "What a key may use up; null: without limit." });

function limitInput(name: keyof typeof quotaMost, description: string) {
  const most = quotaMost[name];
  return z.int().min(1).max(most).nullable().default(null).openapi({ description });
}

const quotaInput = z
  .strictObject({
    count_per_request: limitInput(
      "count_per_request",
      "The most numbers that one request may use up.",
    ),
    numbers_per_day: limitInput(
      "numbers_per_day",
      "The most numbers that the key may use up in a day of the tenant's time zone.",
    ),
    requests_per_minute: limitInput("requests_per_minute", "About how many requests are let in."),
  })
  .refine((quota) => Object.values(quota).some((limit) => limit !== null), {
    error: "must name a limit, or be left out.",
  })
  .openapi("QuotaInput", { example: { count_per_request: 100, numbers_per_day: 5000 } });

const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().openapi({ description: "What its text begins with.", example: "smk_live_" }),
    last_four: z.string().openapi({ description: "What its text ends with." }),
    scopes: z.array(scope),
    sequences: z.array(z.string()).nullable(),
    products: z.array(z.string()).nullable(),
    quota: quotaSchema.nullable(),
    status: z.enum(["active", "expired", "revoked"]),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
    replaced_by: z.string().nullable().openapi({ description: "The key that took its place." }),
    last_used_at: z.string().nullable().openapi({ description: "To the minute." }),
  })
  .openapi("ApiKey");

const madeSchema = apiKeySchema
  .extend({
    key: z.string().nullable().openapi({
      description:
        "The key itself, this once: it is kept nowhere. Null in the answer of a repeated request.",
    }),
  })
  .openapi("MadeApiKey");

const create = createRoute({
  method: "post",
  path: "/v1/api-keys",
  operationId: "createApiKey",
  security: anyOf("admin"),
  tags,
  summary: "Make an API key",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            name: plainText(100).openapi({
              example: "storefront",
              description: "What the ledger and histories show for what it does.",
            }),
            scopes: z.array(scope).min(1).max(apiScopes.length),
            sequences: z.array(sequenceKey).min(1).max(limitMost).nullable().default(null).openapi({
              description: "The only sequences that it may use; null: any.",
            }),
            products: z.array(productSku).min(1).max(limitMost).nullable().default(null).openapi({
              description: "The only products that it may use; null: any.",
            }),
            quota: quotaInput.nullable().default(null),
            expires_at: moment.nullable().default(null).openapi({
              description: "From then on it works no more; null: it does not expire.",
            }),
          })
          .superRefine(({ scopes, sequences, products, quota }, context) => {
            if (!scopes.includes("admin")) return;
            const message = "must be left out beside the scope admin, which makes keys without it.";
            for (const [name, limit] of Object.entries({ sequences, products, quota })) {
              if (limit !== null) context.addIssue({ code: "custom", path: [name], message });
            }
          })
          .openapi("ApiKeyInput", { example: { name: "storefront", scopes: ["reserve"] } }),
      ),
    },
  },
  responses: {
    201: { description: "Made.", headers: createdHeaders, content: json(madeSchema) },
    ...problems("api_key_expiry_past", "unknown_sequence", "unknown_product"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/api-keys",
  operationId: "listApiKeys",
  security: anyOf("admin"),
  tags,
  summary: "All API keys",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Keys in order of creation.", content: listContent(apiKeySchema) },
    ...problems("cursor_unusable"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/api-keys/{id}",
  operationId: "getApiKey",
  security: anyOf("admin"),
  tags,
  summary: "An API key",
  request: { params },
  responses: {
    200: { description: "The key, without its text.", content: json(apiKeySchema) },
    ...problems("api_key_not_found"),
  },
});

const rotate = createRoute({
  method: "post",
  path: "/v1/api-keys/{id}/rotate",
  operationId: "rotateApiKey",
  security: anyOf("admin"),
  tags,
  summary: "Make a key with the same rights in place of another",
  request: {
    params,
    body: {
      required: false,
      content: json(
        z
          .strictObject({
            overlap_s: z
              .int()
              .min(0)
              .max(overlap.most)
              .optional()
              .openapi({
                default: overlap.usual,
                description:
                  "For how many seconds more the old key works; 60 at least when it is the tenant's last key with " +
                  "the scope `admin` that does not expire.",
              }),
          })
          .openapi("RotationInput"),
      ),
    },
  },
  responses: {
    201: { description: "The new key.", headers: createdHeaders, content: json(madeSchema) },
    ...problems("api_key_not_found", "api_key_wrong_state", "last_admin_key_overlap"),
  },
});

const revoke = createRoute({
  method: "post",
  path: "/v1/api-keys/{id}/revoke",
  operationId: "revokeApiKey",
  security: anyOf("admin"),
  tags,
  summary: "Revoke an API key at once",
  request: { params },
  responses: {
    200: { description: "Revoked.", headers: replayedHeader, content: json(apiKeySchema) },
    ...problems("api_key_not_found", "last_admin_key"),
  },
});

/** Registers the calls under /v1/api-keys. */
export function registerApiKeys(app: App): void {
  app.openapi(create, async (c) => {
    return answerMade(await createApiKey(await onceCallOf(c), c.req.valid("json")));
  });
  app.openapi(list, async (c) => {
    const listing = listApiKeys(await callOf(c));
    return answerList(c, { name: "api-keys", filters: {} }, listing, c.req.valid("query"));
  });
  app.openapi(get, async (c) => {
    return Response.json(await getApiKey(await callOf(c), c.req.valid("param").id));
  });
  app.openapi(rotate, async (c) => {
    const { overlap_s = overlap.usual } = c.req.valid("json");
    return answerMade(await rotateApiKey(await onceCallOf(c), c.req.valid("param").id, overlap_s));
  });
  app.openapi(revoke, async (c) => {
    const { revoked, replayed } = await revokeApiKey(await onceCallOf(c), c.req.valid("param").id);
    return Response.json(revoked, { headers: replayHeader(replayed) });
  });
}

function answerMade({ key, made, replayed }: MadeKey): Response {
  const headers = { Location: `/v1/api-keys/${made.id}`, ...replayHeader(replayed) };
  return Response.json({ ...made, key }, { status: 201, headers });
}
