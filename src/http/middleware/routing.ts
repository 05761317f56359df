import { createMiddleware } from "hono/factory";
import { fail } from "../../errors.ts";
import type { AppEnv } from "../context.ts";
import type { RouteTable } from "../route-table.ts";
import { allowedMethods } from "../route-table.ts";

/**
 * Refuses what no route answers before anything else is looked at: 404 for an unknown path (a slash
 * at the end makes one), 405 with `Allow` for another method of a known one. OPTIONS is answered 204
 * with `Allow`. Leaves the route on the context.
 */
export function routing(table: () => RouteTable) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const path = c.req.path;
    const entries = table().at(path);
    if (entries.length === 0 || (path.length > 1 && path.endsWith("/"))) {
      fail("route_not_found", { path });
    }
    const { method } = c.req;
    const sought = method === "HEAD" ? "GET" : method;
    const route = entries.find((entry) => entry.method === sought);
    if (route !== undefined) {
      c.set("route", route);
      return next();
    }
    const allowed = allowedMethods(entries);
    if (method === "OPTIONS") {
      return new Response(null, { status: 204, headers: { allow: allowed.join(", ") } });
    }
    return fail("method_not_allowed", { method, allowed });
  });
}
