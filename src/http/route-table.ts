import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import type { ApiScope } from "../db/caller.ts";
import { apiScopes } from "../db/caller.ts";
import type { App } from "./context.ts";
import { keyScheme } from "./openapi.ts";

/** What a registered route takes as its body. */
export interface RouteBody {
  /** Whether an empty body is refused. */
  readonly required: boolean;
  /** The media types that the route declares. */
  readonly types: readonly string[];
}

/** One registered path and method. */
export interface RouteEntry {
  readonly method: string;
  /** The path as the router has it, such as `/v1/sequences/:key`. */
  readonly path: string;
  /** What it takes as body; null when it takes none. */
  readonly body: RouteBody | null;
  /** Whether it declares query parameters. */
  readonly takesQuery: boolean;
  /** The scopes of which any suffices beside `admin`; none where it declares none. */
  readonly scopes: readonly ApiScope[];
  /** What the OpenAPI document calls it; of one that is not in it, its method and path. */
  readonly operation: string;
}

/** What the app answers: derived from its registered routes. */
export interface RouteTable {
  readonly entries: readonly RouteEntry[];
  /** The entries that answer at this request path, whatever the method. */
  at(path: string): readonly RouteEntry[];
}

/** Builds the table from what is registered on the app; call it when all routes are. */
export function routeTable(app: App): RouteTable {
  const bodies = new Map<string, RouteBody>();
  const queried = new Set<string>();
  const scopes = new Map<string, readonly ApiScope[]>();
  const operations = new Map<string, string>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, request, security = [], operationId } = definition.route;
    const path = definition.route.path.replaceAll(/\/{(.+?)}/g, "/:$1");
    const name = `${method.toUpperCase()} ${path}`;
    const named = security.flatMap((requirement) => requirement[keyScheme] ?? []);
    scopes.set(
      name,
      apiScopes.filter((scope) => named.includes(scope)),
    );
    if (operationId !== undefined) operations.set(name, operationId);
    if (request?.query !== undefined) queried.add(name);
    const body = request?.body;
    if (body === undefined) continue;
    bodies.set(name, { required: body.required === true, types: Object.keys(body.content) });
  }
  const byName = new Map<string, RouteEntry>();
  for (const { method, path } of app.routes) {
    if (method === "ALL") continue;
    const name = `${method} ${path}`;
    const body = bodies.get(name) ?? null;
    byName.set(name, {
      method,
      path,
      body,
      takesQuery: queried.has(name),
      scopes: scopes.get(name) ?? [],
      operation: operations.get(name) ?? name,
    });
  }
  const entries = [...byName.values()];
  // As Hono's own: the fast one, unless the paths are too many-sided for it.
  const router = new SmartRouter<RouteEntry>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const entry of entries) router.add("ALL", entry.path, entry);
  return { entries, at: (path) => router.match("ALL", path)[0].map(([entry]) => entry) };
}

/** The methods that a path takes, for `Allow`: GET brings HEAD, OPTIONS is always answered. */
export function allowedMethods(entries: readonly RouteEntry[]): string[] {
  const methods = new Set(entries.map((entry) => entry.method));
  if (methods.has("GET")) methods.add("HEAD");
  methods.add("OPTIONS");
  return [...methods].toSorted();
}
