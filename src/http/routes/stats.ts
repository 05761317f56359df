import { createRoute, z } from "@hono/zod-openapi";
import { grains, spanOf } from "../../domain/figures/grain.ts";
import { listNotable, notableKinds } from "../../domain/figures/notable.ts";
import { figuredUntil, listStats, subjects } from "../../domain/figures/stats.ts";
import type { Subject } from "../../domain/figures/stats.ts";
import { aboutProduct, aboutSequence, anything } from "../../domain/tenants/touches.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, listContent, pageSchema, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { moment } from "../schemas/dates.ts";
import { plainText } from "../schemas/names.ts";
import { counterOutput, pageQuery } from "../wire.ts";

const tags = ["Stats"];

const amount = z.number().nullable();
const numbers = counterOutput.nullable().openapi({ pattern: "^[0-9]+$", example: "12" });

const statsSchema = z
  .object({
    at: z.string().openapi({ description: "When the minute, hour or day begins, in UTC." }),
    subject: z.string().openapi({ description: "The operation, sequence, product or tenant." }),
    calls: z.number(),
    refused: z.number().openapi({ description: "Of the calls: answered 400 to 499." }),
    failed: z.number().openapi({ description: "Of the calls: answered 500 or more." }),
    slow: z.number().openapi({ description: "Of the calls: took longer than a second." }),
    size: z.number().openapi({
      description:
        "Numbers or lots that the calls asked for, and rows of the pages they were answered.",
    }),
    average_ms: amount.openapi({ description: "Until the answer began; null without calls." }),
    p50_ms: amount.openapi({ description: "Estimated from a histogram, as the next two." }),
    p95_ms: amount,
    p99_ms: amount,
    longest_ms: amount,
    database_requests: z.number(),
    reservations: amount.openapi({ description: "Null where they cannot be told apart so." }),
    numbers: numbers.openapi({ description: "Numbers that were reserved." }),
    voided: numbers,
    skipped: numbers,
    fenced: numbers,
    reopened: numbers.openapi({ description: "Skipped before, and given back by a rewind." }),
    lots: amount.openapi({ description: "Lots that were recorded." }),
  })
  .openapi("Stats");

const notableSchema = z
  .object({
    at: z.string().openapi({ description: "When the call came." }),
    kind: z.enum(notableKinds),
    operation: z.string(),
    sequence: z.string().nullable(),
    product: z.string().nullable(),
    status: z.int(),
    code: z.string().nullable().openapi({ description: "Of its problem." }),
    ms: z.number().openapi({ description: "Milliseconds until its answer began." }),
    request_id: z.string().openapi({ description: "The X-Request-Id, which the log has as well." }),
  })
  .openapi("NotableCall");

const operation = plainText(64).openapi({
  example: "reserve",
  description: "An operationId of this document.",
});

const stats = createRoute({
  method: "get",
  path: "/v1/stats",
  operationId: "listStats",
  security: anyOf("lots:read", "sequences:write"),
  tags,
  summary: "Calls, numbers and lots by minute, hour or day",
  description:
    "What happened to numbers and lots is exact, and a minute or two old: `until` says up to when. Calls are told " +
    "some seconds later. Minutes are kept for 2 days, hours for 60, days for 800. Where nothing happened there is no row.",
  request: {
    query: z
      .strictObject({
        by: z.enum(subjects).default("operation").openapi({
          description: "What is told apart. A tenant sees itself.",
        }),
        subject: plainText(128).optional().openapi({
          description:
            "One operation, sequence or product only. A key that is limited to some has to name one of them.",
        }),
        from: moment.optional().openapi({
          description: "The first minute, hour or day is the one in which it lies.",
        }),
        to: moment.optional().openapi({ description: "Before this time; now when left out." }),
        grain: z.enum(grains).optional().openapi({
          description: "When left out, one that fits the time from `from` to `to`.",
        }),
        ...pageQuery,
      })
      .refine(
        ({ from, to }) =>
          from === undefined || to === undefined || Date.parse(from) < Date.parse(to),
        {
          path: ["to"],
          error: "is not after from, so that nothing would be listed.",
        },
      ),
  },
  responses: {
    200: {
      description: "In the order of time, and of the subjects.",
      content: {
        ...listContent(statsSchema),
        "application/json": {
          schema: pageSchema(statsSchema).extend({
            grain: z.enum(grains),
            until: z.string().openapi({
              description: "What happened to numbers and lots after this time is not in it yet.",
            }),
          }),
        },
      },
    },
    ...problems("cursor_unusable"),
  },
});

const notable = createRoute({
  method: "get",
  path: "/v1/stats/calls",
  operationId: "listNotableCalls",
  security: anyOf("lots:read", "sequences:write"),
  tags,
  summary: "Calls that took long, failed or were refused",
  description:
    "Those that took longer than a second, those that failed (500 or more), and of those that were refused alike " +
    "within some seconds one. Kept for 7 days, the newest 1,000.",
  request: {
    query: z.strictObject({
      kind: z.enum(notableKinds).optional().openapi({ description: "Why they are listed." }),
      operation: operation.optional(),
      from: moment.optional().openapi({ description: "The earliest time." }),
      to: moment.optional().openapi({ description: "The time before which they are." }),
      ...pageQuery,
    }),
  },
  responses: {
    200: { description: "In the order of time.", content: listContent(notableSchema) },
    ...problems("cursor_unusable"),
  },
});

/** Registers the calls under /v1/stats. */
export function registerStats(app: App): void {
  app.openapi(stats, async (c) => {
    const { limit, cursor, raw, by, subject, ...asked } = c.req.valid("query");
    const call = await callOf(c, touchesOf(by, subject));
    const span = spanOf(asked, call.now());
    const filters = { by, subject, ...span };
    const { grain } = span;
    // A cursor belongs to what was asked for: the moment that is now is another one at each page.
    const list = { name: "stats", filters: { by, subject, ...asked, grain } };
    const until = await figuredUntil(call);
    return answerList(c, list, listStats(call, filters), { limit, cursor, raw }, { grain, until });
  });
  app.openapi(notable, async (c) => {
    const { limit, cursor, raw, ...filters } = c.req.valid("query");
    const listing = listNotable(await callOf(c), filters);
    return answerList(c, { name: "stats-calls", filters }, listing, { limit, cursor, raw });
  });
}

/** What figures are about; of others than one sequence or product, anything. */
function touchesOf(by: Subject, subject: string | undefined) {
  if (subject === undefined) return anything;
  if (by === "sequence") return aboutSequence(subject);
  return by === "product" ? aboutProduct(subject) : anything;
}
