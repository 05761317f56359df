import { expect } from "vitest";

import { createApp } from "../../src/app.ts";
import { openapiDocument } from "../../src/http/openapi-document.ts";
import type { Answer, CallOptions, Service } from "../harness/service.ts";

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  additionalProperties?: unknown;
}

interface Operation {
  operationId?: string;
  responses: Record<
    string,
    { content?: Record<string, { schema: Schema }>; "x-problem-codes"?: string[] }
  >;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The OpenAPI document of the app, as it is served. */
export const document = JSON.parse(JSON.stringify(openapiDocument(createApp()))) as Document;

/**
 * Sends a request and holds its answer against the OpenAPI document: the status is declared, a JSON
 * answer has exactly the members of its schema, and a problem's code is one that the call declares.
 */
export async function call(
  service: Service,
  method: string,
  path: string,
  options?: CallOptions,
): Promise<Answer> {
  const answer = await service.call(method, path, options);
  const operation = operationOf(method === "HEAD" ? "GET" : method, path);
  if (operation !== undefined && method !== "HEAD") {
    const declared = operation.responses[String(answer.status)];
    const what = `${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`;
    expect(declared, what).toBeDefined();
    const schema = declared?.content?.["application/json"]?.schema;
    if (answer.status >= 400) {
      expect(declared?.["x-problem-codes"], what).toContain(answer.json.code);
    } else if (answer.headers.get("content-type") === "application/json" && schema) {
      expect(mismatches(schema, answer.json), what).toEqual([]);
    }
  }
  return answer;
}

/** The JSON of a request that has to succeed. */
export async function ok(
  service: Service,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
) {
  const answer = await call(service, method, path, { body, ...options });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json;
}

/** All rows of a list, read page by page. `path` has a query. */
export async function rowsInPages(service: Service, path: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: { data: unknown[]; next_cursor: string | null } = await ok(
      service,
      "GET",
      cursor === "" ? path : `${path}&cursor=${cursor}`,
    );
    rows.push(...page.data);
    cursor = page.next_cursor;
  }
  return rows;
}

/** The problem of a request that has to be refused so; its sentence says what to change. */
export async function refused(
  service: Service,
  [status, code]: readonly [status: number, code: string],
  method: string,
  path: string,
  options?: CallOptions,
) {
  const answer = await call(service, method, path, options);
  expect({ status: answer.status, code: answer.json?.code, text: answer.text }).toMatchObject({
    status,
    code,
  });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json).toMatchObject({ status, type: `/docs/errors#${code}` });
  expect(answer.json.detail).toMatch(/^[A-Z"0-9{].* .*\.$/);
  expect(answer.json.request_id).toBe(answer.headers.get("x-request-id"));
  return answer.json;
}

/** The counter, ledger and lots of a tenant: what a refused request must leave as it was. */
export async function state(service: Service, tenant = service.tenant): Promise<unknown> {
  const [row] = await service.database.query(
    `select (select jsonb_agg(to_jsonb(s) || to_jsonb(c) - 'waits' order by s.id)
               from series s, counter_v1(s.tenant, s.sequence, s.period) c where s.tenant = $1) as series,
            (select jsonb_agg(to_jsonb(l) order by l.series, l.first, l.kind)
               from ledger l where l.tenant = $1) as ledger,
            (select count(*) from lots where tenant = $1) as lots,
            (select md5(string_agg(to_jsonb(l)::text, '' order by l.name, l.product))
               from lots l where tenant = $1) as each_lot,
            (select count(*) from lot_changes where tenant = $1) as changes,
            (select count(*) from lot_history where tenant = $1) as history,
            (select jsonb_agg(to_jsonb(r) order by r.id) from recalls r where tenant = $1) as recalls,
            (select count(*) from jobs where tenant = $1) as jobs,
            (select jsonb_agg(to_jsonb(r) order by r.id) from receipts r where tenant = $1) as receipts,
            (select jsonb_agg(to_jsonb(g) order by g.id) from receipt_growths g where tenant = $1) as growths,
            (select jsonb_agg(to_jsonb(c) order by c.id) from counts c where tenant = $1) as counts,
            (select count(*) from requests where tenant = $1) as requests,
            (select jsonb_agg(to_jsonb(p) order by p.sku) from products p where tenant = $1) as products,
            (select jsonb_agg(to_jsonb(q) order by q.key) from sequences q where tenant = $1) as sequences,
            (select to_jsonb(t) from settings t where tenant = $1) as settings`,
    [tenant],
  );
  return row;
}

/** `prefix` and a number of `width` digits, for `from` to `to`. */
export function names(prefix: string, width: number, from: number, to: number): string[] {
  return Array.from(
    { length: to - from + 1 },
    (_, index) => prefix + String(from + index).padStart(width, "0"),
  );
}

function operationOf(method: string, path: string): Operation | undefined {
  const [pathname = ""] = path.split("?");
  for (const [template, item] of Object.entries(document.paths)) {
    const pattern = template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    if (new RegExp(`^${pattern}$`).test(pathname)) return item[method.toLowerCase()];
  }
  return undefined;
}

/** Where a JSON value is not what its schema says; members that it does not name count as well. */
export function mismatches(given: Schema, value: unknown, at = ""): string[] {
  const name = given.$ref?.replace("#/components/schemas/", "");
  const schema = name === undefined ? given : document.components.schemas[name];
  if (schema === undefined) return [`${at}: no schema ${name}`];
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    return [`${at}: ${JSON.stringify(value)} is not ${types.join(" or ")}`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at}: not in enum`];
  if (typeof value === "string" && schema.pattern && !new RegExp(schema.pattern).test(value)) {
    return [`${at}: ${value} is not ${schema.pattern}`];
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, n) => mismatches(items, item, `${at}/${n}`)) : [];
  }
  if (typeof value !== "object" || value === null || !schema.properties) return [];
  const properties = schema.properties;
  const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
  return [
    ...missing.map((key) => `${at}/${key} is missing`),
    ...Object.entries(value).flatMap(([key, member]) => {
      const own = properties[key];
      return own ? mismatches(own, member, `${at}/${key}`) : [`${at}/${key} is not declared`];
    }),
  ];
}

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}
