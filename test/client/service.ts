import { startStack } from "../../dev/stack.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { randomText } from "../../src/domain/api-keys/random-text.ts";
import { Serialmint } from "../../client/src/client.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { startFaultyWay } from "./faulty-way.ts";
import type { FaultyWay } from "./faulty-way.ts";

/** A running service and a way to it that breaks when it is told to. */
export interface ClientService {
  readonly url: string;
  readonly way: FaultyWay;
  /** Makes a tenant; answers its API key. */
  tenant(): Promise<string>;
  stop(): Promise<void>;
}

export async function startClientService(): Promise<ClientService> {
  const folder = await createScratchFolder("client");
  const stack = await startStack({
    dataDir: `${folder}/data`,
    port: 0,
    values: { CORS_ORIGINS: "*" },
    postgresSettings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    log: () => undefined,
    workerLog: () => undefined,
  });
  const way = await startFaultyWay(stack.url);
  let tenants = 0;
  return {
    url: stack.url,
    way,
    tenant: async () => {
      tenants += 1;
      const key = randomText("smk_live_");
      await createTenant(stack.directUrl, { tenant: `client-${tenants}`, name: "Client", key });
      return key;
    },
    stop: async () => {
      await way.stop();
      await stack.stop();
      await removeScratchFolder(folder);
    },
  };
}

/** A client of a new tenant with one sequence, `s`, of a pattern, by the way that may break; and its key. */
export async function sequenceOwner(
  service: ClientService,
  pattern = "S-{0000}",
  more: {
    readonly overflow?: "widen" | "reject";
    readonly increment?: number;
    readonly start?: string;
  } = {},
): Promise<{ client: Serialmint; key: string }> {
  const key = await service.tenant();
  const client = new Serialmint({ url: service.way.url, apiKey: key });
  await client.put("/v1/sequences/{key}", { path: { key: "s" }, body: { pattern, ...more } });
  return { client, key };
}

/** The client alone. */
export async function clientOf(...args: Parameters<typeof sequenceOwner>): Promise<Serialmint> {
  return (await sequenceOwner(...args)).client;
}
