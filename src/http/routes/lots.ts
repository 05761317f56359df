import { createRoute, z } from "@hono/zod-openapi";
import { createLots } from "../../domain/lots/create.ts";
import { lotLimits } from "../../domain/lots/limits.ts";
import { aboutFilters, listLots } from "../../domain/lots/list.ts";
import { callOf, onceCallOf } from "../call.ts";
import type { App } from "../context.ts";
import { answerJob } from "../job-answer.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { isPatient, preferHeader } from "../prefer.ts";
import { day, documentAt, documentFields } from "../schemas/dates.ts";
import { jobSchema } from "../schemas/job.ts";
import { lotAttributes, lotSchema, lotState } from "../schemas/lot.ts";
import {
  jobId,
  leaseToken,
  lotName,
  plainText,
  productSku,
  receiptId,
  reservationId,
} from "../schemas/names.ts";
import { countInput, pageQuery, quantityInput } from "../wire.ts";

const tags = ["Lots"];

const item = z
  .strictObject({
    product: productSku,
    count: countInput(lotLimits.lots).optional(),
    first_name: z.string().max(1000).optional().openapi({ example: "VND-4711-8" }),
    names: z.array(z.string().max(1000)).min(1).max(lotLimits.names).optional(),
    reservation: reservationId.optional(),
    lease_token: leaseToken.optional().openapi({
      description:
        "The token of the lease that the reservation is: its holder records what is on it.",
    }),
    quantity_each: quantityInput.optional(),
    at: documentAt.optional(),
    fields: documentFields.optional(),
    expires_on: day.optional(),
    produced_on: day.optional(),
    attributes: lotAttributes.optional(),
    allow_jump: z
      .boolean()
      .optional()
      .openapi({
        description: `Allows names more than ${lotLimits.jump} numbers beyond the counter.`,
      }),
  })
  .transform((given, context) => {
    const { count, first_name, names, reservation, lease_token, ...shared } = given;
    if (lease_token !== undefined && reservation === undefined) {
      const message = "stands beside reservation only. Give the reservation of the lease.";
      context.addIssue({ code: "custom", path: ["lease_token"], message });
      return z.NEVER;
    }
    if (names !== undefined) {
      if (count === undefined && first_name === undefined && reservation === undefined) {
        return { ...shared, names };
      }
    } else if (reservation !== undefined) {
      return { ...shared, reservation, first_name, count, lease_token };
    } else if (count !== undefined) {
      return first_name === undefined ? { ...shared, count } : { ...shared, first_name, count };
    }
    context.addIssue({
      code: "custom",
      message:
        "must have count; or first_name and count; or names alone; or reservation, with first_name and count if only a part of it is meant.",
    });
    return z.NEVER;
  })
  .openapi("LotItem", { example: { product: "VALVE-20", count: 10 } });

const create = createRoute({
  method: "post",
  path: "/v1/lots",
  operationId: "createLots",
  security: anyOf("lots:write"),
  tags,
  summary: "Record lots: any mix of products, from 1 to 10,000,000",
  request: {
    headers: preferHeader,
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            items: z.array(item).min(1).max(lotLimits.items),
            on_duplicate: z.enum(["fail", "skip"]).default("fail"),
          })
          .openapi("LotsInput"),
      ),
    },
  },
  responses: {
    201: { description: "All are recorded.", headers: createdHeaders, content: json(jobSchema) },
    202: {
      description: "The job goes on, or has failed: its status tells.",
      headers: createdHeaders,
      content: json(jobSchema),
    },
    ...problems(
      "unknown_product",
      "unknown_reservation",
      "product_not_tracked",
      "product_without_sequence",
      "serial_quantity",
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
      "name_taken",
      "name_repeated",
      "name_issued",
      "pattern_shared",
      "patterns_changed",
      "jump_too_far",
      "first_name_not_reserved",
      "reservation_range",
      "reservation_used",
      "reservation_on_lease",
      "reservation_not_leased",
      "lease_token_wrong",
      "too_many_lots",
      "too_many_names",
      "too_many_sequences",
      "definition_changed",
    ),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/lots",
  operationId: "listLots",
  security: anyOf("lots:read"),
  tags,
  summary: "Find lots",
  request: {
    query: z.strictObject({
      ...pageQuery,
      product: productSku.optional(),
      name: lotName.optional(),
      job: jobId.optional(),
      reservation: reservationId.optional(),
      state: lotState.optional(),
      location: plainText(200).optional(),
      expires_after: day
        .optional()
        .openapi({ description: "Lots that expire on a later day.", example: "2026-11-21" }),
      expires_before: day
        .optional()
        .openapi({ description: "Lots that expire on an earlier day." }),
      party: plainText(200)
        .optional()
        .openapi({ description: "Lots whose last shipment went to this party." }),
      reference: plainText(200)
        .optional()
        .openapi({ description: "Lots that were changed under this reference." }),
      receipt: receiptId
        .optional()
        .openapi({ description: "Lots that this receipt made, grew or took back." }),
    }),
  },
  responses: {
    200: { description: "The lots that match all that is given.", content: listContent(lotSchema) },
    ...problems("cursor_unusable"),
  },
});

/** Registers the calls of /v1/lots. */
export function registerLots(app: App): void {
  app.openapi(create, async (c) => {
    const patient = isPatient(c);
    const made = await createLots(await onceCallOf(c), c.req.valid("json"), { patient });
    return answerJob(made, made.job.status === "done" ? 201 : 202);
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, raw, ...filters } = c.req.valid("query");
    const listing = listLots(await callOf(c, aboutFilters(filters)), filters);
    return answerList(c, { name: "lots", filters }, listing, { limit, cursor, raw });
  });
}
