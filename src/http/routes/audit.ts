import { createRoute, z } from "@hono/zod-openapi";
import { auditActions } from "../../db/caller.ts";
import { listEvents } from "../../domain/audit/events.ts";
import { listSeals } from "../../domain/audit/seals.ts";
import { faults, verifyAudit } from "../../domain/audit/verify.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { moment } from "../schemas/dates.ts";
import { apiKeyId, plainText } from "../schemas/names.ts";
import { countInput, pageQuery } from "../wire.ts";

const tags = ["Audit"];

/** The highest number that a seal can have. */
const lastSeal = 2_147_483_647;

const action = z.enum(auditActions);

const eventSchema = z
  .object({
    at: z.string().openapi({ description: "When the call reached the database." }),
    action,
    subject: z.string().openapi({ description: "Key, name or id of what was changed." }),
    api_key: z.string().openapi({ description: "Name of the API key." }),
    api_key_id: z.string(),
    address: z.string().nullable().openapi({
      description: "IP address that the call came from; null when nothing in front told it.",
    }),
    request_id: z.string().nullable().openapi({
      description: "The X-Request-Id of the call, which the log has as well.",
    }),
    facts: z
      .record(z.string(), z.unknown())
      .openapi({ description: "What was changed, as its action has it." }),
  })
  .openapi("AuditEvent");

const digestText = z.string().openapi({ pattern: "^[0-9a-f]{64}$", description: "SHA-256." });

const sealSchema = z
  .object({
    number: z.int(),
    from: z.string().nullable().openapi({
      description: "The seal covers what was written after this time; null: from the beginning.",
    }),
    to: z.string().openapi({ description: "Up to this time." }),
    events: z.int(),
    entries: z.int().openapi({ description: "Of the ledger." }),
    digest: digestText,
    previous: digestText,
    sealed_at: z.string(),
  })
  .openapi("AuditSeal");

const fromSeal = countInput(lastSeal);

const compared = z.object({ sealed: z.int(), found: z.int() }).nullable();

const verificationSchema = z
  .object({
    intact: z.boolean(),
    seals: z.int().openapi({ description: "Seals that this call compared." }),
    rows: z.int().openapi({ description: "Events and entries that stand in their spans." }),
    last_seal: z.int().nullable().openapi({
      description: "The last seal that this call compared; null: there was none.",
    }),
    last_digest: digestText.nullable().openapi({
      description: "Its digest, to be kept elsewhere.",
    }),
    next_seal: z.int().nullable().openapi({
      description: "Send it as from_seal to compare on; null: that was the last seal.",
    }),
    breaks: z
      .array(
        z.object({
          seal: z.int().nullable().openapi({
            description: "Null when no seal has the given digest.",
          }),
          what: z.enum(faults),
          from: z.string().nullable(),
          to: z.string().nullable(),
          events: compared,
          entries: compared,
        }),
      )
      .openapi({
        description:
          "What does not match, a missing digest first, then in the order of the seals; 20 at most.",
      }),
    sealed_until: z.string().nullable(),
    unsealed: z.int().openapi({
      description: "Events and entries behind the last seal, counted up to 100,000 of each.",
    }),
    digest_seal: z.int().nullable().openapi({
      description: "The seal that has the given digest; null: none has.",
    }),
  })
  .openapi("AuditVerification");

const events = createRoute({
  method: "get",
  path: "/v1/audit",
  operationId: "listAuditEvents",
  security: anyOf("admin"),
  tags,
  summary: "What was changed, by whom, from where and when",
  description:
    "One event for each change, with what was before and after. Draws leave none: the ledger has them.",
  request: {
    query: z.strictObject({
      action: action.optional().openapi({ description: "What was done." }),
      subject: plainText(512).optional().openapi({
        description: "Key, name or id of what was changed.",
      }),
      api_key_id: apiKeyId.optional().openapi({ description: "Of the API key that did it." }),
      from: moment.optional().openapi({ description: "The earliest time." }),
      to: moment.optional().openapi({ description: "The time before which they are." }),
      ...pageQuery,
    }),
  },
  responses: {
    200: { description: "Events in the order of time.", content: listContent(eventSchema) },
    ...problems("cursor_unusable"),
  },
});

const seals = createRoute({
  method: "get",
  path: "/v1/audit/seals",
  operationId: "listAuditSeals",
  security: anyOf("admin"),
  tags,
  summary: "The chain of seals over the audit and the ledger",
  description:
    "A seal is made of what was written since the one before, a minute or two later. Each has a digest of its rows and of the seal before.",
  request: {
    query: z.strictObject({
      from_seal: fromSeal.optional().openapi({ description: "The first to list." }),
      ...pageQuery,
    }),
  },
  responses: {
    200: { description: "Seals in the order of their numbers.", content: listContent(sealSchema) },
    ...problems("cursor_unusable"),
  },
});

const verification = createRoute({
  method: "get",
  path: "/v1/audit/verification",
  operationId: "verifyAudit",
  security: anyOf("admin"),
  tags,
  summary: "Whether the audit and the ledger are as they were sealed",
  description:
    "Reads every row of the seals from from_seal to to_seal again and compares. Where there is more than one call can do, next_seal says where to go on.",
  request: {
    query: z
      .strictObject({
        from_seal: fromSeal.default(1).openapi({ description: "The first to compare." }),
        to_seal: countInput(lastSeal)
          .default(lastSeal)
          .openapi({ description: "The last to compare; not before the first." }),
        digest: z
          .string()
          .regex(/^[0-9a-f]{64}$/, { error: "must be the 64 hex digits of a seal's digest." })
          .optional()
          .openapi({
            description:
              "Of a seal, as it was kept elsewhere; if no seal has it, the chain is not intact.",
          }),
      })
      .refine(({ from_seal, to_seal }) => from_seal <= to_seal, {
        path: ["to_seal"],
        error: "is before from_seal, so that nothing would be compared.",
      }),
  },
  responses: {
    200: {
      description: "What was found; about 100,000 rows a call.",
      content: json(verificationSchema),
    },
    ...problems("unknown_seal"),
  },
});

/** Registers the calls under /v1/audit. */
export function registerAudit(app: App): void {
  app.openapi(events, async (c) => {
    const { limit, cursor, raw, ...filters } = c.req.valid("query");
    const listing = listEvents(await callOf(c), filters);
    return answerList(c, { name: "audit", filters }, listing, { limit, cursor, raw });
  });
  app.openapi(seals, async (c) => {
    const { limit, cursor, raw, ...filters } = c.req.valid("query");
    const listing = listSeals(await callOf(c), filters);
    return answerList(c, { name: "audit-seals", filters }, listing, { limit, cursor, raw });
  });
  app.openapi(verification, async (c) => {
    return c.json(await verifyAudit(await callOf(c), c.req.valid("query")), 200);
  });
}
