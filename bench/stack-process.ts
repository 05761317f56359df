/** The stack in a process of its own, so that the gateway and the load do not share one event loop. */
import path from "node:path";
import { buildWorker } from "../dev/build.ts";
import { dataFolder } from "../dev/data/folder.ts";
import { seed } from "../dev/seed.ts";
import { startStack } from "../dev/stack.ts";
import { readWorkerSettings } from "../dev/workerd/config.ts";
import { startWorker } from "../dev/workerd/process.ts";
import { projectRoot } from "../dev/wrangler.ts";
import type { Order, Ready } from "./service.ts";

const [dataDir = ""] = process.argv.slice(2);
const said: string[] = [];
const stack = await startStack({
  dataDir,
  port: 0,
  // What a Worker has on Cloudflare: more would hide how much it needs.
  heapMegabytes: 128,
  values: { FIGURES_INTERVAL_MS: "5000" },
  log: (line) => said.push(line),
  workerLog: (line) => process.stderr.write(`worker: ${line}\n`),
});
await seed(stack.url, stack.directUrl);

const beside = dataFolder(`${dataDir}-bare`);
const built = path.join(beside.workerd, "built");
await buildWorker(built, path.join(import.meta.dirname, "bare-worker", "worker.ts"));
const bare = await startWorker({
  folder: beside,
  settings: readWorkerSettings(path.join(projectRoot, "wrangler.toml")),
  built,
  port: 0,
  values: { DATABASE_URL: stack.databaseUrl, SQL_ENDPOINT: stack.gateway.endpoint },
  log: (line) => process.stderr.write(`bare worker: ${line}\n`),
});

const plain = await startWorker({
  folder: dataFolder(`${dataDir}-plain`),
  settings: readWorkerSettings(path.join(projectRoot, "wrangler.toml")),
  built: path.join(dataFolder(dataDir).workerd, "built"),
  port: 0,
  values: {
    DATABASE_URL: stack.databaseUrl,
    SQL_ENDPOINT: stack.gateway.endpoint,
    FIGURES_INTERVAL_MS: "0",
  },
  heapMegabytes: 128,
  log: (line) => process.stderr.write(`plain worker: ${line}\n`),
});

function report(): void {
  const ready: Ready = {
    port: stack.workerd.port,
    pid: stack.workerd.pid,
    barePort: bare.port,
    plainPort: plain.port,
    plainPid: plain.pid,
    directUrl: stack.directUrl,
    databaseUrl: stack.databaseUrl,
    endpoint: stack.gateway.endpoint,
  };
  process.send?.(ready);
}

async function stop(): Promise<void> {
  await bare.stop();
  await plain.stop();
  await stack.stop();
  process.exit(0);
}

process.on("message", (order: Order) => {
  const done =
    order.kind === "restart worker" ? stack.workerd.restart().then(report) : Promise.resolve();
  if (order.kind === "commit") {
    const fault = order.ms === 0 ? null : { kind: "delay_commit" as const, ms: order.ms };
    stack.gateway.setFault("serialmint", fault);
    report();
  }
  done.catch((error: unknown) => {
    throw error;
  });
});
for (const event of ["disconnect", "SIGINT", "SIGTERM"]) {
  process.once(event, () => {
    stop().catch(() => process.exit(1));
  });
}
report();
