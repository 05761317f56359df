import { createRoute, z } from "@hono/zod-openapi";
import { nextNames } from "../../domain/naming-series/next.ts";
import { namingSeries } from "../../domain/naming-series/sequence.ts";
import { namesOf } from "../../domain/reservations/names.ts";
import { reservationPath, shownReservation } from "../../domain/reservations/reservation.ts";
import { aboutSequence } from "../../domain/tenants/touches.ts";
import { onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, problems } from "../openapi.ts";
import { answerNames } from "../paging.ts";
import { documentAt, documentFields } from "../schemas/dates.ts";
import { countInput, counterOutput } from "../wire.ts";

/** Names given out by one call. */
const mostNames = 1_000_000;

const next = createRoute({
  method: "post",
  path: "/v1/naming-series/next",
  operationId: "nextNames",
  security: anyOf("reserve"),
  tags: ["Naming series"],
  summary: "The next names of a Frappe naming series",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            series: z.string().max(1000).openapi({
              example: "SINV-.YYYY.-.#####",
              description:
                "As Frappe writes it. The rendered text before the counter is the series. At its first use it is compared with all other patterns, and is kept.",
            }),
            fiscal_year_start: z.string().max(16).default("01-01").openapi({
              example: "06-01",
              description: "What FY goes by: month and day.",
            }),
            allow_overlap: z.boolean().default(false).openapi({
              description: "Takes names that other patterns can give as well.",
            }),
            count: countInput(mostNames).default(1),
            at: documentAt.optional(),
            fields: documentFields.optional(),
          })
          .openapi("NextNamesInput"),
      ),
    },
  },
  responses: {
    201: {
      description: "The names, all of one run.",
      headers: createdHeaders,
      content: json(
        z
          .object({
            series: z.string().openapi({ example: "SINV-2026-" }),
            reservation: z.string(),
            first: counterOutput,
            last: counterOutput,
            count: z.number(),
            names: z.array(z.string()),
          })
          .openapi("NextNames"),
      ),
    },
    ...problems(
      "pattern_empty",
      "pattern_too_long",
      "pattern_character",
      "pattern_edge_space",
      "pattern_series_character",
      "pattern_series_brace",
      "pattern_series_counter",
      "pattern_field_name",
      "pattern_field_touches_counter",
      "pattern_counter_too_wide",
      "pattern_name_too_long",
      "pattern_overlap",
      "patterns_changed",
      "naming_series_not_bound",
      "fiscal_year_start_malformed",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "field_missing",
      "field_value",
      "name_too_long",
      "sequence_exhausted",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "sequence_busy",
      "counter_behind_ledger",
      "definition_changed",
    ),
  },
});

/** Registers the calls of /v1/naming-series. */
export function registerNamingSeries(app: App): void {
  app.openapi(next, async (c) => {
    const call = await onceCallOf(c, aboutSequence(namingSeries));
    const { facts, replayed } = await nextNames(call, c.req.valid("json"));
    const { id, first, last, count } = shownReservation(facts);
    return answerNames(c, {
      object: JSON.stringify({ series: facts.prefix, reservation: id, first, last, count }),
      listing: namesOf(facts),
      file: "names",
      jsonOnly: true,
      status: 201,
      headers: { Location: reservationPath(id), ...replayHeader(replayed) },
    });
  });
}
