/** `npm start`: the whole service on this machine, with a seeded demo tenant, until Ctrl-C. */
import { refuseArguments } from "./arguments.ts";
import { chosenDataFolder, shownFolder } from "./data/folder.ts";
import { askedToStop, finish, giveUp } from "./ending.ts";
import { chosenPort } from "./port.ts";
import { seed } from "./seed.ts";
import { startStack } from "./stack.ts";
import { printWelcome } from "./welcome.ts";
import { workerValues } from "./worker-values.ts";

async function main(): Promise<void> {
  refuseArguments("[PORT=8788] [SERIALMINT_DATA=<folder>] npm start");
  const stop = askedToStop();
  const port = chosenPort(process.env);
  const folder = chosenDataFolder(process.env);
  const values = workerValues(process.env);

  console.log(`Starting; data in ${shownFolder(folder)}`);
  const stack = await startStack({
    dataDir: folder.root,
    port,
    values,
    log: console.log,
    workerLog: (line) => {
      console.log(`worker: ${line}`);
    },
  });
  if (stack.applied.length > 0) console.log(`Migrations applied: ${stack.applied.join(", ")}`);
  try {
    const ready = await Promise.race([seed(stack.url, stack.directUrl), stop]);
    if (ready !== "asked") printWelcome(stack, ready);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const reason = await Promise.race([stop, stack.ended]);
  await stack.stop();
  finish(reason);
}

await main().catch(giveUp);
