/** `npm start`: the whole service on this machine, with a seeded demo tenant, until Ctrl-C. */
import { chosenDataFolder, shownFolder } from "./data/folder.ts";
import { demo, mintCommand } from "./demo.ts";
import { askedToStop, finish, giveUp } from "./ending.ts";
import { chosenPort } from "./port.ts";
import { seed } from "./seed.ts";
import type { Seeded } from "./seed.ts";
import { startStack } from "./stack.ts";
import type { Stack } from "./stack.ts";
import { workerValues } from "./worker-values.ts";

async function main(): Promise<void> {
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

function printWelcome({ url, directUrl }: Stack, { serials, minted }: Seeded): void {
  console.log(`
Ten serials of ${demo.serialProduct}${minted ? ", minted over HTTP" : ""}:
  ${serials.join(" ")}

Mint 500,000 more (again with another Idempotency-Key):
${mintCommand(url, 500_000)}

Reference: ${url}/docs    Key of the tenant ${demo.tenant}: ${demo.key}
Database: ${directUrl}

Serialmint is ready on ${url}`);
}

await main().catch(giveUp);
