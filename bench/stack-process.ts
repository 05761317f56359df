/** The stack in a process of its own, so that the gateway and the load do not share one event loop. */
import { seed } from "../dev/seed.ts";
import { startStack } from "../dev/stack.ts";
import type { Order, Ready } from "./service.ts";

const [dataDir = ""] = process.argv.slice(2);
const said: string[] = [];
const stack = await startStack({
  dataDir,
  port: 0,
  log: (line) => said.push(line),
  workerLog: (line) => process.stderr.write(`worker: ${line}\n`),
});
await seed(stack.url, stack.directUrl);

function report(): void {
  const ready: Ready = {
    port: stack.workerd.port,
    pid: stack.workerd.pid,
    directUrl: stack.directUrl,
    databaseUrl: stack.databaseUrl,
    endpoint: stack.gateway.endpoint,
  };
  process.send?.(ready);
}

async function stop(): Promise<void> {
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
