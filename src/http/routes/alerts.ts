import { createRoute, z } from "@hono/zod-openapi";
import { alertKinds, alertStatuses } from "../../domain/alerts/alert.ts";
import { listAlerts } from "../../domain/alerts/list.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { pageQuery } from "../wire.ts";

const kind = z.enum(alertKinds);
const status = z.enum(alertStatuses);

const alertSchema = z
  .object({
    id: z.string(),
    kind,
    subject: z.string().openapi({
      description: "What it is about: a sequence, the id of a job, an operation.",
    }),
    status,
    opened_at: z.string(),
    closed_at: z.string().nullable(),
    facts: z.record(z.string(), z.unknown()).openapi({
      description: "As they were when it was opened, by its kind.",
    }),
  })
  .openapi("Alert");

const list = createRoute({
  method: "get",
  path: "/v1/alerts",
  operationId: "listAlerts",
  security: anyOf("lots:read", "sequences:write"),
  tags: ["Alerts"],
  summary: "What needs attention, and what did",
  description:
    "Alerts are opened and closed by themselves, about once a minute. Closed ones are kept for 90 days.",
  request: {
    query: z.strictObject({ ...pageQuery, status: status.optional(), kind: kind.optional() }),
  },
  responses: {
    200: {
      description: "Alerts in the order in which they were opened.",
      content: listContent(alertSchema),
    },
    ...problems("cursor_unusable"),
  },
});

/** Registers the call of /v1/alerts. */
export function registerAlerts(app: App): void {
  app.openapi(list, async (c) => {
    const { status, kind, ...page } = c.req.valid("query");
    const listing = listAlerts(await callOf(c), { status, kind });
    return answerList(c, { name: "alerts", filters: { status, kind } }, listing, page);
  });
}
