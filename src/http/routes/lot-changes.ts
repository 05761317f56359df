import { createRoute, z } from "@hono/zod-openapi";
import { changeLots } from "../../domain/lots/change-many.ts";
import { changeLot } from "../../domain/lots/change.ts";
import { getLot } from "../../domain/lots/get.ts";
import { listHistory } from "../../domain/lots/history.ts";
import { aboutSelection } from "../../domain/lots/selection.ts";
import type { VersionedLot } from "../../domain/lots/lot.ts";
import { aboutProduct } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { etagOf, isKnown, versionsOf } from "../etag.ts";
import { anyOf, etagHeader, json, listContent, problems, replayedHeader } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { readSelection, selectionShape } from "../schemas/lot-selection.ts";
import { lotFields, lotSchema, lotState, occasion } from "../schemas/lot.ts";
import { lotName, productSku } from "../schemas/names.ts";
import { pageQuery } from "../wire.ts";

const tags = ["Lots"];
const params = z.object({ sku: productSku, name: lotName });

const get = createRoute({
  method: "get",
  path: "/v1/products/{sku}/lots/{name}",
  operationId: "getLot",
  security: anyOf("lots:read"),
  tags,
  summary: "One lot",
  request: { params },
  responses: {
    200: { description: "The lot.", headers: etagHeader, content: json(lotSchema) },
    304: { description: "It is as If-None-Match says." },
    ...problems("lot_not_found"),
  },
});

const patch = createRoute({
  method: "patch",
  path: "/v1/products/{sku}/lots/{name}",
  operationId: "changeLot",
  security: anyOf("lots:write"),
  tags,
  summary: "Change a lot",
  request: {
    params,
    headers: z.object({
      "if-match": z.string().optional().openapi({
        description: "Has to be sent: the ETag of the lot as you have read it, or *.",
        example: '"0a1b2c3d4e5f6071"',
      }),
    }),
    body: {
      required: true,
      content: json(
        z
          .strictObject({ ...lotFields, ...occasion })
          .refine(({ reference, party, ...fields }) => tellsOfChange(reference ?? party, fields), {
            error:
              "must have a field that changes beside reference and party: state, location, expires_on, quantity or attributes.",
          })
          .openapi("LotChange", { example: { state: "shipped", reference: "SO-4711" } }),
      ),
    },
  },
  responses: {
    200: {
      description: "The lot as it is now; what was so already is in no history.",
      headers: etagHeader,
      content: json(lotSchema),
    },
    ...problems(
      "lot_not_found",
      "if_match_missing",
      "if_match_malformed",
      "lot_changed",
      "lots_busy",
      "serial_out_of_range",
      "expiry_required",
      "expiry_not_kept",
    ),
  },
});

const history = createRoute({
  method: "get",
  path: "/v1/products/{sku}/lots/{name}/history",
  operationId: "listHistory",
  security: anyOf("lots:read"),
  tags,
  summary: "Every change of a lot",
  request: { params, query: z.strictObject(pageQuery) },
  responses: {
    200: {
      description: "Its changes, the oldest first.",
      content: listContent(
        z
          .object({
            at: z.string(),
            api_key: z.string().openapi({ description: "Name of the API key that changed it." }),
            reference: z.string().nullable(),
            party: z.string().nullable(),
            before: changedFields().openapi({ description: "The fields that became different." }),
            after: changedFields(),
          })
          .openapi("HistoryEntry"),
      ),
    },
    ...problems("lot_not_found", "cursor_unusable"),
  },
});

const changes = createRoute({
  method: "post",
  path: "/v1/lots/changes",
  operationId: "changeLots",
  security: anyOf("lots:write"),
  tags,
  summary: "Change many lots of a product, all or none",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            ...selectionShape,
            set: z
              .strictObject(lotFields)
              .refine((fields) => tellsOfChange("set", fields), { error: "must have a field." }),
            ...occasion,
          })
          .transform(({ set, reference, party, ...selection }, context) => {
            const read = readSelection(selection);
            if ("lots" in read) return { lots: read.lots, set, occasion: { reference, party } };
            context.addIssue({ code: "custom", message: read.refusal });
            return z.NEVER;
          })
          .openapi("LotChanges", {
            example: { product: "VALVE-20", names: ["SN-0000001"], set: { state: "shipped" } },
          }),
      ),
    },
  },
  responses: {
    200: {
      description: "They are changed.",
      headers: replayedHeader,
      content: json(
        z
          .object({
            product: z.string(),
            changed: z.number(),
            unchanged: z.number().openapi({ description: "Lots that were so already." }),
          })
          .openapi("LotsChanged"),
      ),
    },
    ...problems(
      "unknown_product",
      "unknown_lots",
      "unknown_sequence",
      "unknown_series",
      "unknown_reservation",
      "reservation_range",
      "no_lots",
      "name_repeated",
      "too_many_changes",
      "lots_busy",
      "serial_out_of_range",
      "expiry_required",
      "expiry_not_kept",
    ),
  },
});

/** Registers the calls that change lots and tell what became of them. */
export function registerLotChanges(app: App): void {
  app.openapi(get, async (c) => {
    const { sku, name } = c.req.valid("param");
    const found = await getLot(await callOf(c, aboutProduct(sku)), sku, name);
    return answerLot(found, c.req.header("if-none-match"));
  });
  app.openapi(patch, async (c) => {
    const { sku, name } = c.req.valid("param");
    const { reference, party, ...fields } = c.req.valid("json");
    const versions = versionsOf(c.req.valid("header")["if-match"]);
    const change = { versions, fields, occasion: { reference, party } };
    return answerLot(await changeLot(await callOf(c, aboutProduct(sku)), sku, name, change));
  });
  app.openapi(history, async (c) => {
    const { sku, name } = c.req.valid("param");
    const listing = await listHistory(await callOf(c, aboutProduct(sku)), sku, name);
    return answerList(
      c,
      { name: "history", filters: { sku, name } },
      listing,
      c.req.valid("query"),
    );
  });
  app.openapi(changes, async (c) => {
    const { lots, set, occasion } = c.req.valid("json");
    const call = await onceCallOf(c, aboutSelection(lots));
    const { outcome, replayed } = await changeLots(call, lots, set, occasion);
    return c.json(outcome, 200, replayHeader(replayed));
  });
}

/** A lot with its ETag; 304 when it is as `If-None-Match` says. */
function answerLot({ lot, version }: VersionedLot, ifNoneMatch?: string): Response {
  const etag = etagOf(version);
  if (isKnown(ifNoneMatch, etag))
    return new Response(null, { status: 304, headers: { ETag: etag } });
  return Response.json(lot, { headers: { ETag: etag } });
}

/** Whether there is something that changes, where there is a reason for a change. */
function tellsOfChange(reason: string | undefined, fields: object): boolean {
  return reason === undefined || Object.values(fields).some((field) => field !== undefined);
}

function changedFields() {
  return z.object({
    state: lotState.optional(),
    location: z.string().nullable().optional(),
    expires_on: z.string().nullable().optional(),
    quantity: z.string().optional(),
    attributes: z.record(z.string(), z.unknown()).nullable().optional(),
  });
}
