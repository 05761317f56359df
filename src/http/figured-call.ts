import type { Context } from "hono";
import type { FiguredCall } from "../domain/figures/gathered.ts";
import { noTenant } from "../domain/figures/gathered.ts";
import { isSku } from "../domain/products/sku.ts";
import { sequenceKeyShape } from "../domain/sequences/key.ts";
import type { AppEnv } from "./context.ts";
import { failureOf } from "./problem.ts";

/** What calls count as whose path names nothing. */
const noOperation = "none";

/** An answered request as the figures know it: when it came, and how many milliseconds it took. */
export function figuredCall(c: Context<AppEnv>, at: number, time: number): FiguredCall {
  // Not there when the path names nothing, whatever its type says.
  const route: { operation: string; path: string } | undefined = c.get("route");
  const timings = c.get("timings");
  const { status } = c.res;
  const tenant = tenantOf(c, status);
  return {
    tenant,
    operation: route?.operation ?? noOperation,
    status: status < 400 ? 200 : status,
    code: c.error === undefined ? "" : failureOf(c.error).code,
    ...(tenant === noTenant ? nothing : namedIn(route?.path ?? "", c.req.path)),
    requestId: c.get("requestId"),
    at,
    time,
    size: c.get("rows") ?? askedFor(c.get("body")),
    databaseRequests: timings.requests,
    databaseTime: timings.milliseconds,
  };
}

/** Whose key it is; of a key that is not let in, nobody's. */
function tenantOf(c: Context<AppEnv>, status: number): string {
  const digest = c.get("keyDigest");
  if (digest === undefined || status === 401) return noTenant;
  return c.get("definitions").keyOf(digest)?.tenant ?? noTenant;
}

const nothing = { sequence: "", product: "" };

/**
 * The sequence or the product that a path names, by that of its route. Whatever cannot be the name of one, such as a
 * text that is long or that the database does not take, is none.
 */
function namedIn(route: string, path: string): { sequence: string; product: string } {
  const [, , collection, parameter] = route.split("/");
  const [, , , given] = path.split("/");
  if (given === undefined || parameter?.startsWith(":") !== true) return nothing;
  const name = decoded(given);
  if (collection === "products") return { ...nothing, product: isSku(name) ? name : "" };
  // A reservation's id begins with its sequence.
  const sequence = collection === "reservations" ? (name.split(":")[0] ?? "") : name;
  const isOne = collection === "sequences" || collection === "reservations";
  return { ...nothing, sequence: isOne && sequenceKeyShape.test(sequence) ? sequence : "" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The numbers or lots that a body asks for: by a count, or by items or lines with one each. */
function askedFor(body: unknown): number {
  if (typeof body !== "object" || body === null) return 0;
  if ("count" in body) return wholeNumber(body.count);
  if ("items" in body && Array.isArray(body.items)) return sum(body.items.map(askedForItem));
  if ("lines" in body && Array.isArray(body.lines)) return body.lines.length;
  return 0;
}

function askedForItem(item: unknown): number {
  if (typeof item !== "object" || item === null) return 0;
  if ("names" in item && Array.isArray(item.names)) return item.names.length;
  return "count" in item ? wholeNumber(item.count) : 0;
}

/** Of anything else, and of one that no call takes, nothing. */
function wholeNumber(given: unknown): number {
  const number = typeof given === "string" ? Number(given) : given;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
