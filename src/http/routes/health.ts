import { createRoute, z } from "@hono/zod-openapi";
import { fail, Failure, failure } from "../../errors.ts";
import type { App } from "../context.ts";
import { databaseOf } from "../context.ts";
import { logError } from "../log.ts";
import { problems } from "../openapi.ts";

/** Milliseconds that the database has for its answer. */
const deadlineMs = 2000;

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["Service"],
  summary: "Whether the service and its database answer",
  responses: {
    200: {
      description: "Both answer.",
      content: {
        "application/json": {
          schema: z
            .object({
              status: z.literal("ok"),
              database: z.object({
                status: z.literal("ok"),
                ms: z.number().openapi({ description: "Time until the database answered." }),
                time_limits: z.enum(["set", "missing"]).openapi({
                  description:
                    "Whether the database ends by itself what takes too long; if not, the Worker's role lacks settings.",
                }),
                policies: z.enum(["hold", "spare"]).openapi({
                  description:
                    "Whether the policies that keep tenants apart hold the Worker's role; they spare superusers, roles with BYPASSRLS and the owner of the tables, who can take them away.",
                }),
              }),
            })
            .openapi("Health"),
        },
      },
    },
    ...problems("database_unavailable", "database_slow"),
  },
});

/** Registers `GET /health`. */
export function registerHealth(app: App): void {
  app.openapi(healthRoute, async (c) => {
    const began = performance.now();
    const log = (code: string) => {
      logError({ request_id: c.get("requestId"), code });
    };
    const { endsStatements, holdsRole, onlyReads } = await withDeadline(databaseOf(c).ping());
    const ms = Number((performance.now() - began).toFixed(1));
    if (onlyReads) {
      log("database_only_reads");
      return fail("database_unavailable", {});
    }
    if (!endsStatements) log("time_limits_missing");
    if (!holdsRole) log("policies_spare_role");
    const time_limits = endsStatements ? ("set" as const) : ("missing" as const);
    const policies = holdsRole ? ("hold" as const) : ("spare" as const);
    c.header("cache-control", "no-store");
    return c.json(
      { status: "ok" as const, database: { status: "ok" as const, ms, time_limits, policies } },
      200,
    );
  });
}

/** The database's answer, or `database_slow` at the deadline; whatever else fails is as good as no database. */
async function withDeadline<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure("database_slow", {})), deadlineMs);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (error instanceof Failure && error.status === 503) throw error;
    const { cause, remedy } = error instanceof Failure ? error : { cause: error };
    throw failure("database_unavailable", {}, { cause, remedy });
  } finally {
    clearTimeout(timer);
  }
}
