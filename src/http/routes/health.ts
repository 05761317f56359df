import { createRoute, z } from "@hono/zod-openapi";
import { Failure, failure } from "../../errors.ts";
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
    const { endsStatements } = await withDeadline(databaseOf(c).ping());
    const ms = Number((performance.now() - began).toFixed(1));
    if (!endsStatements) {
      logError({ request_id: c.get("requestId"), code: "time_limits_missing" });
    }
    const time_limits = endsStatements ? ("set" as const) : ("missing" as const);
    c.header("cache-control", "no-store");
    return c.json(
      { status: "ok" as const, database: { status: "ok" as const, ms, time_limits } },
      200,
    );
  });
}

/** The database's answer, or `database_slow` at the deadline; whatever else fails is unavailable. */
async function withDeadline<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure("database_slow", {})), deadlineMs);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw failure("database_unavailable", {}, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
