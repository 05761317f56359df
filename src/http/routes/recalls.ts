import { createRoute, z } from "@hono/zod-openapi";
import { closeRecall } from "../../domain/recalls/close.ts";
import { getRecall } from "../../domain/recalls/get.ts";
import { listRecalls } from "../../domain/recalls/list.ts";
import { listRecallLots } from "../../domain/recalls/lots.ts";
import { openRecall, recallLimits } from "../../domain/recalls/open.ts";
import type { Recall } from "../../domain/recalls/recall.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems, replayedHeader } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { moment } from "../schemas/dates.ts";
import { readSelection, selectionShape } from "../schemas/lot-selection.ts";
import { lotState } from "../schemas/lot.ts";
import { plainText, productSku, receiptId, recallId } from "../schemas/names.ts";
import { counterOutput, pageQuery, quantityOutput } from "../wire.ts";

const tags = ["Recalls"];
const params = z.object({ id: recallId });
const reason = plainText(1000);

const part = z
  .strictObject({
    ...selectionShape,
    product: productSku.optional(),
    receipt: receiptId.optional(),
    created_from: moment.optional().openapi({ example: "2026-11-21T06:00:00Z" }),
    created_to: moment.optional().openapi({ example: "2026-11-21T14:00:00Z" }),
  })
  .transform(({ product, receipt, ...others }, context) => {
    if (receipt !== undefined) {
      if (Object.values(others).every((member) => member === undefined))
        return { product, receipt };
      const message = "must have receipt alone, with product if only lots of that one are meant.";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    if (product === undefined) {
      context.addIssue({ code: "custom", path: ["product"], message: "is missing." });
      return z.NEVER;
    }
    const read = readPart({ product, ...others });
    if ("lots" in read) return read.lots;
    context.addIssue({ code: "custom", message: read.refusal });
    return z.NEVER;
  })
  .openapi("RecallPart", { example: { product: "VALVE-20", names: ["SN-0000001"] } });

/** What a part of one product means that tells its lots without a receipt. */
function readPart({
  created_from,
  created_to,
  ...given
}: Parameters<typeof readSelection>[0] & {
  readonly created_from?: string | undefined;
  readonly created_to?: string | undefined;
}) {
  if (created_from === undefined && created_to === undefined) {
    const read = readSelection(given);
    if ("lots" in read) return read;
    return {
      refusal: `${read.refusal.replace(/\.$/, "")}; or created_from and created_to, or one of them; or receipt.`,
    };
  }
  const { product, ...others } = given;
  if (Object.values(others).some((member) => member !== undefined)) {
    return { refusal: "must have created_from and created_to alone, or another way without them." };
  }
  if (created_from !== undefined && created_to !== undefined) {
    if (Date.parse(created_from) >= Date.parse(created_to)) {
      return { refusal: "must have a created_from before its created_to." };
    }
  }
  return { lots: { product, created_from, created_to } };
}

const rowShape = {
  id: z.string(),
  reference: z.string(),
  reason: z.string(),
  status: z.enum(["open", "closed"]),
  opened_at: z.string(),
  opened_by: z.string().openapi({ description: "Name of the API key." }),
  closed_at: z.string().nullable(),
  closed_by: z.string().nullable(),
  closing_reason: z.string().nullable(),
};

const recallRow = z.object(rowShape).openapi("RecallRow");
const recallSchema = z
  .object({
    ...rowShape,
    covers: z.array(
      z.object({
        product: z.string().nullable(),
        names: z.array(z.string()).optional(),
        sequence: z.string().optional(),
        series: z.string().nullable().optional(),
        reservation: z.string().optional(),
        first: counterOutput.optional(),
        last: counterOutput.optional(),
        created_from: z.string().nullable().optional(),
        created_to: z.string().nullable().optional(),
        receipt: z.string().optional(),
      }),
    ),
  })
  .openapi("Recall");

const recalledLot = z
  .object({
    product: z.string(),
    name: z.string(),
    state: lotState,
    quantity: quantityOutput,
    location: z.string().nullable(),
    expires_on: z.string().nullable(),
    party: z.string().nullable().openapi({ description: "Where its last shipment went." }),
    reference: z.string().nullable().openapi({ description: "That of its last shipment." }),
    shipped_at: z.string().nullable().openapi({ description: "Time of its last shipment." }),
  })
  .openapi("RecalledLot");

const open = createRoute({
  method: "post",
  path: "/v1/recalls",
  operationId: "openRecall",
  security: anyOf("lots:write"),
  tags,
  summary: "Open a recall",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            reference: plainText(200).openapi({ example: "RECALL-2026-7" }),
            reason: reason.openapi({ example: "cracked housing" }),
            covers: z.array(part).min(1).max(recallLimits.parts),
          })
          .openapi("RecallInput"),
      ),
    },
  },
  responses: {
    201: { description: "Open.", headers: createdHeaders, content: json(recallSchema) },
    ...problems(
      "unknown_product",
      "unknown_lots",
      "unknown_sequence",
      "unknown_series",
      "unknown_reservation",
      "unknown_receipt",
      "reservation_range",
      "name_repeated",
      "too_many_names",
    ),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/recalls",
  operationId: "listRecalls",
  security: anyOf("lots:read"),
  tags,
  summary: "All recalls",
  request: {
    query: z.strictObject({ ...pageQuery, status: z.enum(["open", "closed"]).optional() }),
  },
  responses: {
    200: { description: "Recalls in order of their opening.", content: listContent(recallRow) },
    ...problems("cursor_unusable"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/recalls/{id}",
  operationId: "getRecall",
  security: anyOf("lots:read"),
  tags,
  summary: "A recall and what it covers",
  request: { params },
  responses: {
    200: { description: "The recall.", content: json(recallSchema) },
    ...problems("recall_not_found"),
  },
});

const lots = createRoute({
  method: "get",
  path: "/v1/recalls/{id}/lots",
  operationId: "listRecallLots",
  security: anyOf("lots:read"),
  tags,
  summary: "Every lot that a recall covers, and where it went",
  request: { params, query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Each lot once, as it is now.", content: listContent(recalledLot) },
    ...problems("recall_not_found", "cursor_unusable"),
  },
});

const close = createRoute({
  method: "post",
  path: "/v1/recalls/{id}/close",
  operationId: "closeRecall",
  security: anyOf("lots:write"),
  tags,
  summary: "Close a recall",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject({ reason: reason.openapi({ example: "all lots are back" }) })
          .openapi("RecallClosing"),
      ),
    },
  },
  responses: {
    200: { description: "Closed.", headers: replayedHeader, content: json(recallSchema) },
    ...problems("recall_not_found", "recall_closed"),
  },
});

/** Registers the calls of /v1/recalls. */
export function registerRecalls(app: App): void {
  app.openapi(open, async (c) => {
    const { recall, replayed } = await openRecall(await onceCallOf(c), c.req.valid("json"));
    return answerRecall(recall, 201, {
      Location: `/v1/recalls/${recall.id}`,
      ...replayHeader(replayed),
    });
  });
  app.openapi(list, async (c) => {
    const { status, ...page } = c.req.valid("query");
    const listing = listRecalls(await callOf(c), { status });
    return answerList(c, { name: "recalls", filters: { status } }, listing, page);
  });
  app.openapi(get, async (c) => {
    return answerRecall(await getRecall(await callOf(c), c.req.valid("param").id), 200);
  });
  app.openapi(lots, async (c) => {
    const { id } = c.req.valid("param");
    const listing = await listRecallLots(await callOf(c), id);
    return answerList(c, { name: "recall-lots", filters: { id } }, listing, c.req.valid("query"));
  });
  app.openapi(close, async (c) => {
    const { id } = c.req.valid("param");
    const { reason: why } = c.req.valid("json");
    const { recall, replayed } = await closeRecall(await onceCallOf(c), id, why);
    return answerRecall(recall, 200, replayHeader(replayed));
  });
}

function answerRecall(
  recall: Recall,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(recall, { status, headers });
}
