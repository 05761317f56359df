import { createRoute, z } from "@hono/zod-openapi";
import { lotLimits } from "../../domain/lots/limits.ts";
import { cancelReceipt } from "../../domain/receipts/cancel.ts";
import { createReceipt, receiptLineLimit } from "../../domain/receipts/create.ts";
import { receiptFacts } from "../../domain/receipts/get.ts";
import { listReceipts } from "../../domain/receipts/list.ts";
import type { ReceiptFacts } from "../../domain/receipts/receipt.ts";
import { receiptStatuses, shownReceipt } from "../../domain/receipts/receipt.ts";
import { aboutRecord } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf } from "../call.ts";
import type { App } from "../context.ts";
import { answerWithJob, statusWithJob } from "../job-answer.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { isPatient, preferHeader } from "../prefer.ts";
import { day, documentAt, documentFields } from "../schemas/dates.ts";
import { jobSchema } from "../schemas/job.ts";
import { lotAttributes, lotState } from "../schemas/lot.ts";
import { plainText, productSku, receiptId } from "../schemas/names.ts";
import { pageQuery, quantityInput, quantityOutput } from "../wire.ts";

const tags = ["Receipts"];
const params = z.object({ id: receiptId });

/** Characters of a text that lots are pasted as. */
const longestText = 4_000_000;

const reference = plainText(200).openapi({
  example: "DN-4711",
  description: "The delivery. Unique among receipts that are not cancelled.",
});

const given = z.strictObject({
  name: z.string().max(1000),
  quantity: quantityInput.optional(),
  expires_on: day.optional(),
});

const line = z
  .strictObject({
    product: productSku,
    quantity: quantityInput.optional().openapi({
      description: "Left out only beside lots or text, whose sum it then is.",
    }),
    quantity_per_lot: quantityInput.optional(),
    first_name: z.string().max(1000).optional().openapi({ example: "VND-4711-8" }),
    lots: z.array(given).min(1).max(lotLimits.names).optional(),
    text: z.string().max(longestText).optional().openapi({
      description: "One lot a line: name; quantity; expiry date. SN-01::10 is SN-01 to SN-10.",
      example: "LOT-A;4;2027-06-30\nLOT-B",
    }),
    produced_on: day.optional(),
    expires_on: day.optional(),
    fields: documentFields.optional(),
    attributes: lotAttributes.optional(),
    location: plainText(200).optional().openapi({ example: "A-12-3" }),
    allow_jump: z
      .boolean()
      .optional()
      .openapi({
        description: `Allows names more than ${lotLimits.jump} numbers beyond the counter.`,
      }),
  })
  .superRefine(({ quantity, quantity_per_lot, first_name, lots, text }, context) => {
    const refuse = (member: string, message: string) =>
      context.addIssue({ code: "custom", path: [member], message });
    const named = lots !== undefined || text !== undefined;
    if (quantity === undefined && !named) {
      refuse("quantity", "is missing. It may be left out only beside lots or text.");
    }
    const ways = { first_name, lots, text };
    const [, second] = Object.entries(ways).filter(([, value]) => value !== undefined);
    if (second !== undefined) {
      refuse(second[0], "must be left out: give first_name, lots or text, one of them.");
    }
    if (quantity_per_lot !== undefined && named) {
      refuse(
        "quantity_per_lot",
        "must be left out beside lots or text, which have quantities of their own.",
      );
    }
  })
  .openapi("ReceiptLineInput", { example: { product: "VALVE-20", quantity: "10" } });

const receiptShape = {
  id: z.string(),
  reference: z.string(),
  status: z.enum(receiptStatuses),
  at: z.string().nullable(),
  created_at: z.string(),
  cancelled_at: z.string().nullable(),
  reason: z.string().nullable().openapi({ description: "Why it was cancelled." }),
};

const receiptSchema = z
  .object({
    ...receiptShape,
    lines: z.array(
      z.object({
        product: z.string(),
        quantity: quantityOutput,
        quantity_per_lot: quantityOutput.nullable(),
        location: z.string().nullable(),
        produced_on: z.string().nullable(),
        expires_on: z.string().nullable(),
        attributes: z.record(z.string(), z.unknown()).nullable(),
        new_lots: z.number().openapi({ description: "Lots that its job records for the line." }),
        first_name: z.string().nullable(),
        last_name: z.string().nullable(),
        grown_lots: z.number().openapi({
          description: "Lots that were there and grew, and serials that came back.",
        }),
        grown: z
          .array(
            z.object({
              name: z.string(),
              quantity: quantityOutput,
              quantity_before: quantityOutput,
              state_before: lotState,
            }),
          )
          .openapi({ description: "The first 100 of them, by name." }),
      }),
    ),
    job: z.union([jobSchema, z.null()]).openapi({ description: "Null when no lot is new." }),
  })
  .openapi("Receipt");

const receiptRow = z
  .object({ ...receiptShape, lines: z.number(), job: z.string().nullable() })
  .openapi("ReceiptRow");

const create = createRoute({
  method: "post",
  path: "/v1/receipts",
  operationId: "createReceipt",
  security: anyOf("lots:write"),
  tags,
  summary: "Receive a delivery: its lots are made, grow or come back",
  request: {
    headers: preferHeader,
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            reference,
            at: documentAt.optional(),
            lines: z.array(line).min(1).max(receiptLineLimit),
          })
          .openapi("ReceiptInput"),
      ),
    },
  },
  responses: {
    200: {
      description: "The same delivery was received before; its receipt.",
      headers: createdHeaders,
      content: json(receiptSchema),
    },
    201: { description: "All is recorded.", headers: createdHeaders, content: json(receiptSchema) },
    202: {
      description: "Its job goes on, or has failed: its status tells.",
      headers: createdHeaders,
      content: json(receiptSchema),
    },
    ...problems(
      "unknown_product",
      "product_not_tracked",
      "product_without_sequence",
      "serial_quantity",
      "serial_fraction",
      "quantities_differ",
      "text_unusable",
      "expiry_required",
      "expiry_not_kept",
      "expiry_out_of_range",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "field_missing",
      "field_value",
      "name_empty",
      "name_too_long",
      "name_character",
      "name_not_nfc",
      "name_edge_space",
      "name_reserved_dots",
      "number_overflow",
      "sequence_exhausted",
      "sequence_busy",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "counter_behind_ledger",
      "sequence_gapless",
      "receipt_exists",
      "serial_in_stock",
      "expiry_differs",
      "name_taken",
      "name_repeated",
      "name_issued",
      "jump_too_far",
      "too_many_lots",
      "too_many_names",
      "too_many_sequences",
      "definition_changed",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/receipts/{id}",
  operationId: "getReceipt",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "A receipt with its lines and its job",
  request: { params },
  responses: {
    200: { description: "The receipt.", content: json(receiptSchema) },
    ...problems("receipt_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/receipts",
  operationId: "listReceipts",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "All receipts",
  request: {
    query: z.strictObject({
      ...pageQuery,
      reference: reference.optional(),
      status: z.enum(receiptStatuses).optional(),
    }),
  },
  responses: {
    200: { description: "Receipts in order of creation.", content: listContent(receiptRow) },
    ...problems("cursor_unusable"),
  },
});

const cancel = createRoute({
  method: "post",
  path: "/v1/receipts/{id}/cancel",
  operationId: "cancelReceipt",
  security: anyOf("lots:write"),
  tags,
  summary: "Take a receipt back, as long as none of its lots was touched",
  request: {
    params,
    body: {
      required: true,
      content: json(z.strictObject({ reason: plainText(200) }).openapi("ReceiptCancelInput")),
    },
  },
  responses: {
    200: { description: "Cancelled.", headers: createdHeaders, content: json(receiptSchema) },
    ...problems("receipt_not_found", "receipt_wrong_state", "receipt_touched"),
  },
});

/** Registers the calls under /v1/receipts. */
export function registerReceipts(app: App): void {
  app.openapi(create, async (c) => {
    const patient = isPatient(c);
    const input = c.req.valid("json");
    const { receipt, made, replayed } = await createReceipt(await onceCallOf(c), input, {
      patient,
    });
    return answer(receipt, made ? statusWithJob(receipt.job, 201) : 200, replayed);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const facts = await receiptFacts(await callOf(c, aboutRecord(id)), id);
    return c.json(shownReceipt(facts), 200);
  });
  app.openapi(list, async (c) => {
    const { reference: wanted, status, ...page } = c.req.valid("query");
    const filters = { reference: wanted, status };
    const listing = listReceipts(await callOf(c), filters);
    return answerList(c, { name: "receipts", filters }, listing, page);
  });
  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const call = await onceCallOf(c, aboutRecord(id));
    const { receipt, replayed } = await cancelReceipt(call, id, reason);
    return answer(receipt, 200, replayed);
  });
}

function answer(receipt: ReceiptFacts, status: number, replayed: boolean): Response {
  const location = `/v1/receipts/${receipt.id}`;
  return answerWithJob(shownReceipt(receipt), receipt.job, { status, location, replayed });
}
