import { expect } from "vitest";
import type { ApiScope } from "../../../src/db/caller.ts";
import { exampleToken } from "../../../src/http/schemas/names.ts";
import type { Service } from "../../harness/service.ts";
import { ok } from "../contract.ts";
import type { Operation } from "./operations.ts";

/** Stands in what the tenant has, and in no request of the matrix. */
export const marker = "only-of-this-tenant";

/** Gives the tenant one of everything, under the names that the examples of the document use. */
export async function furnish(service: Service): Promise<void> {
  const product = "VALVE-20";
  await ok(service, "PUT", `/v1/sequences/${marker}`, { pattern: "M-{0}" });
  await ok(service, "PUT", "/v1/sequences/serials", { pattern: "SN-{0000000}", hot: true });
  await ok(service, "PUT", `/v1/products/${product}`, {
    tracking: "lot",
    sequence: "serials",
    name: marker,
  });
  await ok(service, "POST", "/v1/sequences/serials/reservations", { count: 5 });
  const { id } = await ok(service, "POST", "/v1/sequences/serials/leases", {
    count: 10,
    holder: marker,
  });
  await service.database.query("update leases set token = $2 where id = $1", [id, exampleToken]);
  await ok(service, "POST", "/v1/lots", {
    items: [{ product, reservation: "serials:1", count: 1, attributes: { [marker]: "1" } }],
  });
  const reference = marker;
  await ok(service, "POST", "/v1/receipts", { reference, lines: [{ product, quantity: 2 }] });
  await ok(service, "POST", "/v1/counts", {
    reference,
    lines: [{ product, counted_quantity: "1" }],
  });
  const covers = [{ product, names: ["SN-0000001"] }];
  await ok(service, "POST", "/v1/recalls", { reference, reason: marker, covers });
  await service.call("POST", "/v1/imports?kind=odoo_products", {
    body: `Internal Reference,Name\n,${marker}\n`,
    headers: { "content-type": "text/csv" },
  });
}

/** A new key. */
export async function keyWith(
  service: Service,
  scopes: readonly ApiScope[],
  limits: object = {},
): Promise<{ readonly key: string; readonly id: string }> {
  return ok(service, "POST", "/v1/api-keys", { name: marker, scopes, ...limits });
}

/**
 * The path of a call to something that the tenant has: the last row of the list that the path goes on
 * from, where there is one; else what the document has as an example.
 */
export async function pathOf(service: Service, operation: Operation): Promise<string> {
  const { template, inPath, query } = operation;
  const [, list = "", parameter = ""] = /^(\/v1\/[a-z-]+)\/\{(\w+)\}/.exec(template) ?? [];
  const listed = list === "" ? undefined : await service.call("GET", `${list}?limit=1000`);
  const last: Record<string, string> = listed?.status === 200 ? listed.json.data.at(-1) : {};
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (name === parameter ? last[name] : undefined) ?? inPath[name] ?? "";
    return encodeURIComponent(value);
  });
  return path + query;
}

/** The ids of everything that a tenant has. */
export async function idsOf(service: Service, tenant: string): Promise<string[]> {
  const tables = await service.database.query<{ name: string; column: string }>(
    `select table_name as name, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type = 'uuid' and table_name in (
       select table_name from information_schema.columns where column_name = 'tenant')
       and table_name in (select tablename from pg_tables where schemaname = 'public')`,
  );
  const selects = tables.map(
    ({ name, column }) => `select ${column}::text as id from ${name} where tenant = $1`,
  );
  const rows = await service.database.query<{ id: string | null }>(selects.join(" union "), [
    tenant,
  ]);
  return rows.map(({ id }) => id).filter((id) => id !== null);
}

/** Everything that a tenant has: how many rows of each table, and a digest of them. */
export async function rowsOf(service: Service, tenant: string): Promise<Record<string, string>> {
  const tables = await service.database.query<{ name: string }>(
    `select c.table_name as name from information_schema.columns as c
     join information_schema.tables as t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'tenant' and t.table_type = 'BASE TABLE'
     order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const selects = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as rows
       from ${name} as t where tenant = $1`,
  );
  const counters = `select 'counters', string_agg(sequencename || ' ' || last_value, '|' order by sequencename)
                    from pg_sequences where schemaname = 'counters' and $1 <> ''`;
  const rows = await service.database.query<{ name: string; rows: string }>(
    [...selects, counters].join(" union all "),
    [tenant],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}
