/** Imports files over HTTP for the tests. */
import { expect } from "vitest";

import { call } from "../api/contract.ts";

import type { Answer, CallOptions, Service } from "../harness/service.ts";

/** Sends a file; `query` is what follows the kind, such as `&dry_run=true`. */
export function postFile(
  service: Service,
  kind: string,
  file: string,
  { query = "", ...options }: CallOptions & { query?: string } = {},
): Promise<Answer> {
  return call(service, "POST", `/v1/imports?kind=${kind}${query}`, {
    ...options,
    body: file,
    headers: { "content-type": "text/csv", ...options.headers },
  });
}

/** What the rows of a file came to. */
export interface Totals {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** Imports a file to its end and gives what its rows came to. */
export async function importFile(
  service: Service,
  kind: string,
  file: string,
  query = "",
): Promise<Totals & { readonly id: string }> {
  const { status, json, text } = await postFile(service, kind, file, { query });
  expect([status, json.status], text).toEqual([201, "done"]);
  const { id, rows, created, updated, unchanged, refused } = json;
  return { id, rows, created, updated, unchanged, refused };
}

export function totals(rows: number, some: Partial<Totals>): Totals {
  return { rows, created: 0, updated: 0, unchanged: 0, refused: 0, ...some };
}

/** The refused rows of an import: line, column and code. */
export async function refusedRows(
  service: Service,
  id: string,
): Promise<[number, string | null, string][]> {
  const { json } = await service.call("GET", `/v1/imports/${id}/rows?outcome=refused&limit=1000`);
  // Rows as the document describes them.
  const rows = json.data as { line: number; column: string | null; code: string }[];
  return rows.map(({ line, column, code }) => [line, column, code]);
}

/** The first name of a reservation of one number. */
export async function drawnName(service: Service, key: string, at?: string): Promise<string> {
  const { status, json, text } = await service.call("POST", `/v1/sequences/${key}/reservations`, {
    body: { count: 1, ...(at === undefined ? {} : { at }) },
  });
  expect(status, text).toBe(201);
  return json.first_name;
}

/** A file of lots as Odoo exports them. */
export function lotsFile(names: readonly string[], product: string, quantity = "1.0"): string {
  const rows = names.map((name) => `"${name}","${product}","${quantity}"\n`);
  return `"name","product_id/default_code","product_qty"\n${rows.join("")}`;
}
