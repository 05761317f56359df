import { z } from "zod";

import { createTenant } from "../ops/tenant-create.ts";
import { demo } from "./demo.ts";

const lots = z.object({ data: z.array(z.object({ name: z.string() })) });

/** What a start has to show for itself. */
export interface Seeded {
  /** The names of the ten. */
  serials: string[];
  /** False when an earlier start has minted them. */
  minted: boolean;
}

/**
 * Makes the demo tenant with its fixed key, one sequence and two products, and mints ten serials,
 * all over HTTP but the tenant. Safe at every start: what is there stays as it
 * is, and the ten come from one request with a fixed Idempotency-Key, so that a later start gets
 * the same ten again. A key that was revoked, or has expired, stays so: then nothing is seeded.
 */
export async function seed(url: string, directUrl: string): Promise<Seeded | "key refused"> {
  await createTenant(directUrl, { tenant: demo.tenant, name: demo.name, key: demo.key });
  const known = await call(url, "GET", "/v1/settings", undefined, {}, [401]);
  if (known.status === 401) return "key refused";
  await putIfMissing(url, `/v1/sequences/${demo.sequence.key}`, demo.sequence.body);
  for (const { sku, body } of demo.products) await putIfMissing(url, `/v1/products/${sku}`, body);
  const items = [{ product: demo.serialProduct, count: 10 }];
  const once = { "idempotency-key": "demo-first-ten" };
  const { headers } = await call(url, "POST", "/v1/lots", { items }, once);
  const first = await call(url, "GET", `/v1/lots?product=${demo.serialProduct}&limit=10`);
  return {
    serials: lots.parse(first.json).data.map(({ name }) => name),
    minted: headers.get("idempotent-replayed") !== "true",
  };
}

/** Leaves alone what the user may have changed since. */
async function putIfMissing(url: string, path: string, body: object): Promise<void> {
  const found = await call(url, "GET", path, undefined, {}, [404]);
  if (found.status === 404) await call(url, "PUT", path, body);
}

async function call(
  url: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  expected: readonly number[] = [],
): Promise<{ status: number; headers: Headers; json: unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${demo.key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok && !expected.includes(response.status)) {
    throw new Error(`The self-check failed: ${method} ${path} gave ${response.status}\n${text}`);
  }
  return { status: response.status, headers: response.headers, json: JSON.parse(text) };
}
