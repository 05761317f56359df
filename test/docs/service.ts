import pg from "pg";

import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { demo } from "../../dev/demo.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { randomText } from "../../src/domain/api-keys/random-text.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";

/**
 * A running service; every page gets a tenant of its own that looks as a few minutes after the first
 * `npm start`.
 */
export interface DocsService {
  readonly url: string;
  /** Makes a tenant as the seed makes it; answers its API key. */
  tenant(): Promise<string>;
  stop(): Promise<void>;
}

export async function startDocsService(): Promise<DocsService> {
  const folder = await createScratchFolder("docs");
  const stack = await startStack({
    dataDir: `${folder}/data`,
    port: 0,
    postgresSettings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    values: { METRICS_KEY: "a-key-for-prometheus", FIGURES_INTERVAL_MS: "100" },
    log: () => undefined,
    workerLog: () => undefined,
  });
  let tenants = 0;
  return {
    url: stack.url,
    tenant: async () => {
      tenants += 1;
      return seededTenant(stack, `page-${tenants}`);
    },
    stop: async () => {
      await stack.stop();
      await removeScratchFolder(folder);
    },
  };
}

async function seededTenant({ url, directUrl }: Stack, tenant: string): Promise<string> {
  const key = randomText("smk_demo_");
  await createTenant(directUrl, { tenant, name: demo.name, key });
  const call = async (method: string, path: string, body: object): Promise<void> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...(method === "POST" ? { "idempotency-key": "demo-first-ten" } : {}),
      },
      body: JSON.stringify(body),
    });
    if (response.status !== 201) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  await call("PUT", `/v1/sequences/${demo.sequence.key}`, demo.sequence.body);
  for (const { sku, body } of demo.products) await call("PUT", `/v1/products/${sku}`, body);
  await call("POST", "/v1/lots", { items: [{ product: demo.serialProduct, count: 10 }] });
  await attended(directUrl);
  return key;
}

/** Seals the audit and rolls up the figures, as the scheduled run does it a minute later. */
async function attended(directUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  try {
    await client.query("SELECT seal_audit_v1(50000, '0')");
    for (let more = true; more;) {
      const { rows } = await client.query<{ more: boolean }>(
        "SELECT roll_up_figures_v1('0') AS more",
      );
      more = rows[0]?.more === true;
    }
  } finally {
    await client.end();
  }
}
