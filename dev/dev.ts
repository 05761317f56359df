/** `npm run dev`: the stack under `wrangler dev`, which reloads the Worker on every change. */
import path from "node:path";

import { refuseArguments } from "./arguments.ts";
import { startBackend } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { startCron } from "./cron/schedule.ts";
import { chosenDataFolder } from "./data/folder.ts";
import { lockDataFolder } from "./data/lock.ts";
import { makeMarked } from "./data/mark.ts";
import { askedToStop, finish, giveUp, messageOf } from "./ending.ts";
import { chosenPort, requireFreePort } from "./port.ts";
import { seed } from "./seed.ts";
import { readWorkerSettings } from "./workerd/config.ts";
import { endOrphan } from "./workerd/process.ts";
import { printWelcome } from "./welcome.ts";
import { startWranglerDev } from "./wrangler-dev.ts";
import { projectRoot } from "./wrangler.ts";

async function main(): Promise<void> {
  refuseArguments("[PORT=8788] [SERIALMINT_DATA=<folder>] npm run dev");
  const stop = askedToStop();
  const port = chosenPort(process.env);
  const folder = chosenDataFolder(process.env);
  const unlock = await lockDataFolder(folder, console.log);
  let backend: Backend | undefined;
  let reason: string;
  try {
    await endOrphan(folder, console.log);
    await requireFreePort(port);
    await makeMarked(folder.wrangler);
    backend = await startBackend({ folder, log: console.log });
    reason = await runWorker(port, folder.wrangler, backend, stop);
  } finally {
    await backend?.stop();
    await unlock();
  }
  finish(reason);
}

/** Runs the Worker until it is asked to stop or something ends; answers what it was. */
async function runWorker(
  port: number,
  stateFolder: string,
  backend: Backend,
  stop: Promise<"asked">,
): Promise<string> {
  const { crons } = readWorkerSettings(path.join(projectRoot, "wrangler.toml"));
  const wrangler = await startWranglerDev(port, stateFolder, {
    DATABASE_URL: backend.databaseUrl,
    SQL_ENDPOINT: backend.gateway.endpoint,
  });
  const cron = startCron(crons, wrangler.fireCron, console.log);
  const ended = Promise.race([stop, wrangler.ended, backend.ended]);
  try {
    const started = await Promise.race([wrangler.answering(), ended]);
    if (started !== "answering") return started;
    try {
      const seeded = await seed(wrangler.url, backend.directUrl);
      console.log(
        "\nCron triggers are fired from here, whatever wrangler says of scheduled Workers.",
      );
      printWelcome({ url: wrangler.url, directUrl: backend.directUrl }, seeded);
    } catch (error) {
      // The Worker may be in the middle of being written: it stays up for the next change.
      console.error(messageOf(error));
    }
    return await ended;
  } finally {
    cron.stop();
    await wrangler.stop();
  }
}

await main().catch(giveUp);
