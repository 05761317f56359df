import { createRoute, z } from "@hono/zod-openapi";
import { Failure, failure } from "../../errors.ts";
import type { App } from "../context.ts";
import { databaseOf } from "../context.ts";
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
    await withDeadline(databaseOf(c).ping());
    const ms = Number((performance.now() - began).toFixed(1));
    c.header("cache-control", "no-store");
    return c.json({ status: "ok" as const, database: { status: "ok" as const, ms } }, 200);
  });
}

/** The database's answer, or `database_slow` at the deadline; whatever else fails is unavailable. */
async function withDeadline(answer: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure("database_slow", {})), deadlineMs);
  });
  try {
    await Promise.race([answer, deadline]);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw failure("database_unavailable", {}, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
