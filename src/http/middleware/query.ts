import { createMiddleware } from "hono/factory";
import { fail } from "../../errors.ts";
import type { AppEnv } from "../context.ts";
import type { RouteTable } from "../route-table.ts";

/** Refuses query parameters where a route declares none; the others' schemas refuse what they do not know. */
export function undeclaredQuery(table: () => RouteTable) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const names = Object.keys(c.req.queries());
    if (names.length > 0) {
      const method = c.req.method === "HEAD" ? "GET" : c.req.method;
      const entry = table()
        .at(c.req.path)
        .find((candidate) => candidate.method === method);
      if (entry?.takesQuery === false) {
        const errors = names.map((parameter) => ({
          parameter,
          in: "query" as const,
          detail: `${parameter} is not known here: this call takes no query parameters. Remove it.`,
          code: "unknown_field",
        }));
        fail("request_invalid", { problems: errors.length }, { errors });
      }
    }
    await next();
  });
}
