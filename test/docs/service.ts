import { createServer } from "node:http";
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
  /** The origin of a receiver of webhooks, which thanks for whatever it gets. */
  readonly receiver: string;
  /** Opens and closes alerts, as the scheduled run does a minute later. */
  watch(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDocsService(): Promise<DocsService> {
  const folder = await createScratchFolder("docs");
  const receiver = createServer((request, response) => {
    request.resume().on("end", () => response.end("thank you"));
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
  const address = receiver.address();
  const stack = await startStack({
    dataDir: `${folder}/data`,
    port: 0,
    postgresSettings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    values: {
      WEBHOOK_ALLOW: "http://127.0.0.1:*",
      METRICS_KEY: "a-key-for-prometheus",
      FIGURES_INTERVAL_MS: "100",
    },
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
    receiver: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    watch: () => inDatabase(stack.directUrl, "SELECT compare_alerts_v1(tenant) FROM tenants"),
    stop: async () => {
      await stack.stop();
      receiver.close();
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
  // As the scheduled run does it a minute later.
  await inDatabase(directUrl, "SELECT seal_audit_v1(50000, '0')");
  await inDatabase(
    directUrl,
    "DO $$ BEGIN WHILE roll_up_figures_v1('0') LOOP NULL; END LOOP; END $$",
  );
  return key;
}

async function inDatabase(directUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
