import { createRoute, z } from "@hono/zod-openapi";
import { applyCount } from "../../domain/counts/apply.ts";
import type { CountFacts } from "../../domain/counts/count.ts";
import { countStatuses, shownCount, skipReasons } from "../../domain/counts/count.ts";
import { countLineLimit, createCount } from "../../domain/counts/create.ts";
import { countFacts } from "../../domain/counts/get.ts";
import { listCounts } from "../../domain/counts/list.ts";
import { lotLimits } from "../../domain/lots/limits.ts";
import { aboutRecord } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf } from "../call.ts";
import type { App } from "../context.ts";
import { answerWithJob, statusWithJob } from "../job-answer.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { isPatient, preferHeader } from "../prefer.ts";
import { day, documentAt, documentFields } from "../schemas/dates.ts";
import { jobSchema } from "../schemas/job.ts";
import { countId, plainText, productSku } from "../schemas/names.ts";
import { pageQuery, quantityLeftInput, quantityOutput } from "../wire.ts";

const tags = ["Counts"];
const params = z.object({ id: countId });
const reference = plainText(200).openapi({ example: "INV-2026-11" });

const line = z
  .strictObject({
    product: productSku,
    location: plainText(200).optional().openapi({ example: "A-12-3" }),
    counted_quantity: quantityLeftInput.openapi({
      description:
        "Without lot: units that carry no name yet, and are to get one. With lot: what is there of it.",
    }),
    lot: z.string().max(1000).optional().openapi({ example: "SN-0000001" }),
    fields: documentFields.optional(),
    produced_on: day.optional(),
    expires_on: day.optional(),
  })
  .openapi("CountLineInput");

const countShape = {
  id: z.string(),
  reference: z.string().nullable(),
  status: z.enum(countStatuses),
  at: z.string().nullable(),
  created_at: z.string(),
  applied_at: z.string().nullable(),
};

const countSchema = z
  .object({
    ...countShape,
    lines: z.array(
      z.object({
        product: z.string(),
        location: z.string().nullable(),
        lot: z.string().nullable(),
        counted_quantity: quantityOutput,
        recorded: quantityOutput.openapi({
          description:
            "What is recorded of the line's lot, or of the available lots of its product at its location; of an applied count, what was before.",
        }),
        difference: z.string().openapi({
          pattern: "^-?(0|[1-9][0-9]*)(\\.[0-9]{1,6})?$",
          description: "What was counted less what is recorded, as a decimal string.",
          example: "-2",
        }),
        fields: z.record(z.string(), z.string()).nullable(),
        produced_on: z.string().nullable(),
        expires_on: z.string().nullable(),
        skipped: z.enum(skipReasons).nullable().openapi({
          description: "Why applying the count did nothing for the line.",
        }),
        new_lots: z.number().openapi({ description: "Lots that its job records for the line." }),
        first_name: z.string().nullable(),
        last_name: z.string().nullable(),
      }),
    ),
    job: z.union([jobSchema, z.null()]).openapi({ description: "Null when no lot is new." }),
  })
  .openapi("Count");

const countRow = z
  .object({ ...countShape, lines: z.number(), job: z.string().nullable() })
  .openapi("CountRow");

const create = createRoute({
  method: "post",
  path: "/v1/counts",
  operationId: "createCount",
  security: anyOf("lots:write"),
  tags,
  summary: "Make the draft of an inventory count",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            reference: reference.optional(),
            at: documentAt.optional(),
            lines: z.array(line).min(1).max(countLineLimit),
          })
          .openapi("CountInput"),
      ),
    },
  },
  responses: {
    201: { description: "The draft.", headers: createdHeaders, content: json(countSchema) },
    ...problems(
      "unknown_product",
      "serial_fraction",
      "serial_out_of_range",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "name_empty",
      "name_too_long",
      "name_character",
      "name_not_nfc",
      "name_edge_space",
      "name_reserved_dots",
      "name_repeated",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/counts/{id}",
  operationId: "getCount",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "A count beside what is recorded",
  request: { params },
  responses: {
    200: { description: "The count.", content: json(countSchema) },
    ...problems("count_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/counts",
  operationId: "listCounts",
  security: anyOf("lots:read", "lots:write"),
  tags,
  summary: "All counts",
  request: {
    query: z.strictObject({
      ...pageQuery,
      reference: reference.optional(),
      status: z.enum(countStatuses).optional(),
    }),
  },
  responses: {
    200: { description: "Counts in order of creation.", content: listContent(countRow) },
    ...problems("cursor_unusable"),
  },
});

const apply = createRoute({
  method: "post",
  path: "/v1/counts/{id}/apply",
  operationId: "applyCount",
  security: anyOf("lots:write"),
  tags,
  summary: "Make the lots that are missing, once",
  request: {
    params,
    headers: preferHeader,
    body: {
      required: false,
      content: json(
        z
          .strictObject({
            allow_jump: z
              .boolean()
              .optional()
              .openapi({
                default: false,
                description: `Allows lots with names more than ${lotLimits.jump} numbers beyond the counter.`,
              }),
          })
          .openapi("CountApplyInput"),
      ),
    },
  },
  responses: {
    200: {
      description: "Applied, now or before.",
      headers: createdHeaders,
      content: json(countSchema),
    },
    202: {
      description: "Its job goes on, or has failed: its status tells.",
      headers: createdHeaders,
      content: json(countSchema),
    },
    ...problems(
      "count_not_found",
      "unknown_product",
      "serial_fraction",
      "serial_out_of_range",
      "serial_quantity",
      "expiry_required",
      "expiry_not_kept",
      "expiry_out_of_range",
      "at_out_of_range",
      "field_missing",
      "field_value",
      "name_too_long",
      "sequence_exhausted",
      "sequence_busy",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "counter_behind_ledger",
      "sequence_gapless",
      "expiry_differs",
      "name_taken",
      "name_issued",
      "jump_too_far",
      "too_many_lots",
      "too_many_sequences",
      "definition_changed",
    ),
  },
});

/** Registers the calls under /v1/counts. */
export function registerCounts(app: App): void {
  app.openapi(create, async (c) => {
    const { count, replayed } = await createCount(await onceCallOf(c), c.req.valid("json"));
    return answer(count, 201, replayed);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const facts = await countFacts(await callOf(c, aboutRecord(id)), id);
    return c.json(shownCount(facts), 200);
  });
  app.openapi(list, async (c) => {
    const { reference: wanted, status, ...page } = c.req.valid("query");
    const filters = { reference: wanted, status };
    const listing = listCounts(await callOf(c), filters);
    return answerList(c, { name: "counts", filters }, listing, page);
  });
  app.openapi(apply, async (c) => {
    const patient = isPatient(c);
    const { id } = c.req.valid("param");
    const { allow_jump = false } = c.req.valid("json");
    const call = await onceCallOf(c, aboutRecord(id));
    const { count, replayed } = await applyCount(call, id, { allow_jump }, { patient });
    return answer(count, statusWithJob(count.job, 200), replayed);
  });
}

function answer(count: CountFacts, status: number, replayed: boolean): Response {
  const location = `/v1/counts/${count.id}`;
  return answerWithJob(shownCount(count), count.job, { status, location, replayed });
}
