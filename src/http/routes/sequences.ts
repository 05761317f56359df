import { createRoute, z } from "@hono/zod-openapi";
import { dialects } from "../../domain/patterns/dialects.ts";
import { accountStates, listAccountRuns } from "../../domain/sequences/account-runs.ts";
import { accountOf } from "../../domain/sequences/account.ts";
import { getSequence } from "../../domain/sequences/get.ts";
import { ledgerKinds, listLedger } from "../../domain/sequences/ledger.ts";
import { listSequences } from "../../domain/sequences/list.ts";
import { previewSequence } from "../../domain/sequences/preview.ts";
import { fenceSequence } from "../../domain/sequences/fence.ts";
import { advanceSequence, rewindSequence } from "../../domain/sequences/move.ts";
import { resets } from "../../domain/sequences/period.ts";
import { putSequence } from "../../domain/sequences/put.ts";
import { aboutSequence } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { documentAt, fieldsQuery } from "../schemas/dates.ts";
import { patternProblem } from "../schemas/given-pattern.ts";
import { plainText, sequenceKey, seriesName } from "../schemas/names.ts";
import { countInput, counterInput, counterOutput, incrementInput, pageQuery } from "../wire.ts";

const tags = ["Sequences"];
const params = z.object({ key: sequenceKey });

const sequenceBody = z
  .strictObject({
    pattern: z.string().max(1000).optional().openapi({ example: "SN-{0000000}" }),
    prefix: z.string().max(1000).optional().openapi({ example: "SN-" }),
    padding: z
      .int()
      .optional()
      .openapi({ example: 7, description: "Width of the counter, 1 to 18." }),
    suffix: z.string().max(1000).optional(),
    dialect: z.enum(dialects).default("native").openapi({
      description:
        "The language of the pattern; an Odoo one may be given as prefix, padding, suffix.",
    }),
    mode: z.enum(["standard", "gapless"]).default("standard").openapi({
      description: "gapless: callers wait in line, and no number is lost or passed over.",
    }),
    start: counterInput.default(1n).openapi({ default: "1" }),
    increment: incrementInput.default(1n).openapi({ default: "1" }),
    reset: z.enum(resets).default("never").openapi({
      description: "When the counter begins again; the day is that of the document.",
    }),
    time_zone: z.string().max(64).optional().openapi({
      example: "Europe/Berlin",
      description: "IANA name. New sequences take the tenant's, others keep theirs, when left out.",
    }),
    fiscal_year_start: z.string().max(16).default("01-01").openapi({ example: "06-01" }),
    overflow: z.enum(["widen", "reject"]).optional().openapi({
      description:
        "What comes after the last number of the pattern's width: widen when left out, but reject when a field touches the counter.",
    }),
    hot: z.boolean().default(false).openapi({
      description: "Counts with a Postgres sequence from the start, for many callers at once.",
    }),
    allow_overlap: z.boolean().default(false).openapi({
      description: "Allows names that other sequences can give, as long as no product takes both.",
    }),
  })
  .superRefine((body, context) => {
    const problem = patternProblem(body);
    if (problem === null) return;
    const { member, message } = problem;
    context.addIssue({ code: "custom", path: [member], message });
  })
  .openapi("SequenceInput", { example: { pattern: "SN-{0000000}" } });

const sequenceSchema = z
  .object({
    key: z.string(),
    dialect: z.enum(dialects),
    pattern: z.string(),
    mode: z.enum(["standard", "gapless"]),
    start: counterOutput,
    increment: counterOutput,
    reset: z.enum([...resets, "prefix"]).openapi({
      description: "prefix: each rendered text before the counter is a series, as Frappe counts.",
    }),
    counter: z.string().openapi({
      description: "The sequence in whose series it counts: itself, or naming-series.",
    }),
    time_zone: z.string(),
    fiscal_year_start: z.string(),
    overflow: z.enum(["widen", "reject"]),
    hot: z.boolean(),
    allow_overlap: z.boolean(),
    series: z.string().nullable().openapi({
      description: "The period that it is now, whose counter is told here; null without reset.",
      example: "2026-11",
    }),
    next: counterOutput.nullable().openapi({
      description:
        "Null when no number is left. With reset prefix this and what follows are null in lists, and where fields tell the series.",
    }),
    issued: counterOutput.nullable(),
    remaining: counterOutput.nullable(),
    used: z.number().nullable().openapi({
      description: "Which part of the numbers is used, 0 to 1.",
    }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("Sequence");

const shownSchema = sequenceSchema
  .extend({
    dialects: z
      .object({
        native: z.string().nullable(),
        odoo: z.object({ prefix: z.string(), padding: z.number(), suffix: z.string() }).nullable(),
        frappe: z.string().nullable(),
      })
      .openapi({ description: "The pattern as each dialect says it; null where one cannot." }),
  })
  .openapi("ShownSequence");

const moveBody = z
  .strictObject({
    to: counterInput.openapi({ description: "The next number." }),
    reason: plainText(200).openapi({ example: "labels printed elsewhere" }),
    at: documentAt.optional(),
    series: seriesName.optional(),
  })
  .refine((body) => body.at === undefined || body.series === undefined, {
    path: ["series"],
    error: "cannot stand beside at: give one of the two, or none for the present period.",
  })
  .openapi("MoveInput");

const moveSchema = z
  .object({
    sequence: z.string(),
    series: z.string().nullable(),
    from: counterOutput,
    to: counterOutput,
    reason: z.string(),
    at: z.string(),
  })
  .openapi("Move");

const fenceBody = z
  .strictObject({
    by: counterInput.openapi({
      description:
        "How many numbers each series goes on by: more than it can have given in what was lost. 1 or more.",
      example: "10000",
    }),
    ahead_days: z.int().min(0).max(36_600).default(366).openapi({
      description:
        "How far ahead documents may have been dated: series of periods that begin within so many days begin further on too.",
    }),
    reason: plainText(200).openapi({ example: "restored the copy of 02:00" }),
    series: seriesName.optional(),
  })
  .refine((body) => body.by > 0n, { path: ["by"], error: "is at least 1." })
  .openapi("FenceInput");

const fenceSchema = z
  .object({
    sequence: z.string(),
    by: counterOutput,
    reason: z.string(),
    at: z.string(),
    moved: z.number().openapi({ description: "How many series were moved." }),
    series: z
      .array(
        z.object({
          series: z.string().nullable(),
          from: counterOutput,
          to: counterOutput.nullable().openapi({ description: "null: no number is left." }),
        }),
      )
      .openapi({ description: "The first 100 of them." }),
    unknown_series: z
      .object({
        begin_at: counterOutput.nullable(),
        until: z.string().nullable().openapi({ description: "The last period of which it holds." }),
      })
      .nullable()
      .openapi({
        description:
          "Where series begin that are not known, since they were begun in what was lost or not at all; null when there is none, or one series was fenced.",
      }),
  })
  .openapi("Fence");

const ledgerEntry = z
  .object({
    series: z.string().nullable(),
    kind: z.enum(ledgerKinds),
    first: counterOutput,
    last: counterOutput,
    step: counterOutput,
    count: z.number(),
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    reservation: z.string().nullable().openapi({
      description: "That was made, or whose numbers were voided.",
    }),
    reason: z.string().nullable(),
    api_key: z.string(),
    address: z.string().nullable().openapi({
      description: "IP address that the call came from; null when nothing in front told it.",
    }),
    at: z.string(),
  })
  .openapi("LedgerEntry");

const accountSchema = z
  .object({
    sequence: z.string(),
    series: z.string().nullable(),
    passed: counterOutput.openapi({
      description: "What the counter has passed: reserved, skipped, burned and in_flight together.",
    }),
    reserved: counterOutput.openapi({
      description: "taken, open, on_lease, unreported, given_back and voided together.",
    }),
    taken: counterOutput.openapi({ description: "Recorded by jobs, or about to be." }),
    open: counterOutput.openapi({ description: "Given to a caller, neither recorded nor voided." }),
    on_lease: counterOutput,
    unreported: counterOutput.openapi({
      description: "Of expired leases whose holder has not told of them yet.",
    }),
    given_back: counterOutput.openapi({ description: "Void: given back by a lease's holder." }),
    voided: counterOutput,
    skipped: counterOutput,
    burned: counterOutput.openapi({
      description:
        "Left by crashes of the database, or of leases: not reported for long, or burned by hand.",
    }),
    in_flight: counterOutput.openapi({ description: "Of draws that are just being made." }),
    next: counterOutput.nullable().openapi({
      description:
        "Of the series that is asked for, or else of the present one; null when no number is left, or when documents " +
        "tell which series is meant.",
    }),
  })
  .openapi("Account");

const accountRun = z
  .object({
    series: z.string().nullable(),
    state: z.enum(accountStates),
    first: counterOutput,
    last: counterOutput,
    step: counterOutput,
    count: z.number(),
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    reservation: z.string().nullable(),
    lease: z.string().nullable(),
    holder: z.string().nullable(),
    reason: z.string().nullable(),
    at: z.string().nullable().openapi({ description: "Since when it is so." }),
  })
  .openapi("AccountRun");

const put = createRoute({
  method: "put",
  path: "/v1/sequences/{key}",
  operationId: "putSequence",
  security: anyOf("sequences:write"),
  tags,
  summary: "Make or replace a sequence",
  request: { params, body: { required: true, content: json(sequenceBody) } },
  responses: {
    200: { description: "Replaced, or the same as before.", content: json(shownSchema) },
    201: { description: "Made.", content: json(shownSchema) },
    ...problems(
      "pattern_empty",
      "pattern_too_long",
      "pattern_character",
      "pattern_unclosed_brace",
      "pattern_stray_brace",
      "pattern_unknown_token",
      "pattern_without_counter",
      "pattern_two_counters",
      "pattern_counter_too_wide",
      "pattern_padding",
      "pattern_field_name",
      "pattern_field_touches_counter",
      "pattern_name_too_long",
      "pattern_edge_space",
      "pattern_lone_percent",
      "pattern_percent_format",
      "pattern_unknown_key",
      "pattern_series_character",
      "pattern_series_brace",
      "pattern_series_counter",
      "pattern_series_affixes",
      "time_zone_unknown",
      "fiscal_year_start_malformed",
      "sequence_start_beyond_width",
      "sequence_key_taken",
      "sequence_reset_by_text",
      "sequence_must_reject",
      "sequence_gapless_hot",
      "pattern_self_clash",
      "pattern_overlap",
      "pattern_shared",
      "patterns_changed",
      "sequence_fixed",
      "sequence_ceiling_passed",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/sequences/{key}",
  operationId: "getSequence",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "A sequence and where its counter stands",
  request: { params },
  responses: {
    200: { description: "The sequence.", content: json(shownSchema) },
    ...problems("sequence_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/sequences",
  operationId: "listSequences",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "All sequences",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Sequences in order of creation.", content: listContent(sequenceSchema) },
    ...problems("cursor_unusable"),
  },
});

const preview = createRoute({
  method: "get",
  path: "/v1/sequences/{key}/preview",
  operationId: "previewSequence",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "The names that come next; draws nothing",
  request: {
    params,
    query: z.strictObject({
      count: countInput(1000).default(1),
      at: documentAt.optional(),
      fields: fieldsQuery.optional(),
    }),
  },
  responses: {
    200: {
      description: "The names, from the real counter.",
      content: json(z.object({ names: z.array(z.string()) }).openapi("Preview")),
    },
    ...problems(
      "sequence_not_found",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "field_missing",
      "field_value",
      "name_too_long",
    ),
  },
});

const ledger = createRoute({
  method: "get",
  path: "/v1/sequences/{key}/ledger",
  operationId: "listLedger",
  security: anyOf("lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "Everything that happened to the numbers of a sequence",
  request: { params, query: z.strictObject({ ...pageQuery, series: seriesName.optional() }) },
  responses: {
    200: {
      description: "Runs in order of their numbers, series by series.",
      content: listContent(ledgerEntry),
    },
    ...problems("sequence_not_found", "series_malformed", "cursor_unusable"),
  },
});

const account = createRoute({
  method: "get",
  path: "/v1/sequences/{key}/account",
  operationId: "getAccount",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "What became of every number that the counter has passed",
  request: { params, query: z.strictObject({ series: seriesName.optional() }) },
  responses: {
    200: {
      description: "The sums, of all series or of the one that is asked for.",
      content: json(accountSchema),
    },
    ...problems("sequence_not_found", "series_malformed"),
  },
});

const accountRuns = createRoute({
  method: "get",
  path: "/v1/sequences/{key}/account/runs",
  operationId: "listAccountRuns",
  security: anyOf("lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "The account run by run: each number that the counter has passed stands in one",
  request: { params, query: z.strictObject({ ...pageQuery, series: seriesName.optional() }) },
  responses: {
    200: {
      description: "Runs in order of their numbers, series by series, without a hole.",
      content: listContent(accountRun),
    },
    ...problems("sequence_not_found", "series_malformed", "cursor_unusable"),
  },
});

const advance = createRoute({
  method: "post",
  path: "/v1/sequences/{key}/advance",
  operationId: "advanceSequence",
  security: anyOf("sequences:write"),
  tags,
  summary: "Move a counter forward",
  request: { params, body: { required: true, content: json(moveBody) } },
  responses: {
    201: { description: "Moved.", headers: createdHeaders, content: json(moveSchema) },
    ...problems(
      "sequence_not_found",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "series_not_named",
      "series_malformed",
      "sequence_gapless",
      "sequence_busy",
      "counter_behind_ledger",
      "sequence_exhausted",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "advance_not_ahead",
      "move_between_numbers",
      "definition_changed",
    ),
  },
});

const rewind = createRoute({
  method: "post",
  path: "/v1/sequences/{key}/rewind",
  operationId: "rewindSequence",
  security: anyOf("sequences:write"),
  tags,
  summary: "Set a counter back over numbers that nobody was given",
  request: { params, body: { required: true, content: json(moveBody) } },
  responses: {
    201: { description: "Moved.", headers: createdHeaders, content: json(moveSchema) },
    ...problems(
      "sequence_not_found",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "series_not_named",
      "series_malformed",
      "sequence_busy",
      "counter_behind_ledger",
      "rewind_not_behind",
      "rewind_below_issued",
      "rewind_into_fence",
      "rewind_below_start",
      "rewind_below_begin",
      "rewind_below_change",
      "move_between_numbers",
      "definition_changed",
    ),
  },
});

const fence = createRoute({
  method: "post",
  path: "/v1/sequences/{key}/fence",
  operationId: "fenceSequence",
  security: anyOf("admin"),
  tags,
  summary:
    "Move all counters of a sequence past numbers that were given and are not known any more",
  request: { params, body: { required: true, content: json(fenceBody) } },
  responses: {
    201: { description: "Moved.", headers: createdHeaders, content: json(fenceSchema) },
    ...problems("sequence_not_found", "series_malformed", "sequence_busy", "definition_changed"),
  },
});

/** Registers the calls under /v1/sequences, reservations aside. */
export function registerSequences(app: App): void {
  app.openapi(put, async (c) => {
    const { key } = c.req.valid("param");
    const { sequence, created } = await putSequence(
      await callOf(c, aboutSequence(key)),
      key,
      c.req.valid("json"),
    );
    if (!created) return c.json(sequence, 200);
    return c.json(sequence, 201, { Location: `/v1/sequences/${key}` });
  });
  app.openapi(get, async (c) => {
    const { key } = c.req.valid("param");
    return c.json(await getSequence(await callOf(c, aboutSequence(key)), key), 200);
  });
  app.openapi(list, async (c) => {
    const listing = listSequences(await callOf(c));
    return answerList(c, { name: "sequences", filters: {} }, listing, c.req.valid("query"));
  });
  app.openapi(preview, async (c) => {
    const { key } = c.req.valid("param");
    const call = await callOf(c, aboutSequence(key));
    return c.json(await previewSequence(call, key, c.req.valid("query")), 200);
  });
  app.openapi(ledger, async (c) => {
    const { key } = c.req.valid("param");
    const { series, ...page } = c.req.valid("query");
    const listing = await listLedger(await callOf(c, aboutSequence(key)), key, { series });
    return answerList(c, { name: "ledger", filters: { key, series } }, listing, page);
  });
  app.openapi(account, async (c) => {
    const { key } = c.req.valid("param");
    const call = await callOf(c, aboutSequence(key));
    return c.json(await accountOf(call, key, c.req.valid("query")), 200);
  });
  app.openapi(accountRuns, async (c) => {
    const { key } = c.req.valid("param");
    const { series, ...page } = c.req.valid("query");
    const listing = await listAccountRuns(await callOf(c, aboutSequence(key)), key, { series });
    return answerList(c, { name: "account", filters: { key, series } }, listing, page);
  });
  app.openapi(advance, async (c) => {
    const { key } = c.req.valid("param");
    const call = await onceCallOf(c, aboutSequence(key));
    const { move, replayed } = await advanceSequence(call, key, c.req.valid("json"));
    return c.json(move, 201, moveHeaders(key, replayed));
  });
  app.openapi(rewind, async (c) => {
    const { key } = c.req.valid("param");
    const call = await onceCallOf(c, aboutSequence(key));
    const { move, replayed } = await rewindSequence(call, key, c.req.valid("json"));
    return c.json(move, 201, moveHeaders(key, replayed));
  });
  app.openapi(fence, async (c) => {
    const { key } = c.req.valid("param");
    const call = await onceCallOf(c, aboutSequence(key));
    const { fence: moved, replayed } = await fenceSequence(call, key, c.req.valid("json"));
    return c.json(moved, 201, moveHeaders(key, replayed));
  });
}

/** What a counter's move made stands in the ledger. */
function moveHeaders(key: string, replayed: boolean): Record<string, string> {
  return { Location: `/v1/sequences/${key}/ledger`, ...replayHeader(replayed) };
}
