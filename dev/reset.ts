/** `npm run reset`: removes the data, after making sure that nothing runs on it. */
import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";

import { chosenDataFolder } from "./data/folder.ts";
import { lockDataFolder, stackProcess } from "./data/lock.ts";
import { giveUp } from "./ending.ts";
import { clearLeftovers } from "./postgres/postmaster-file.ts";
import { Refusal } from "./refusal.ts";
import { endOrphan } from "./workerd/process.ts";

async function main(): Promise<void> {
  const folder = chosenDataFolder(process.env);
  const shown = path.relative(process.cwd(), folder.root) || ".";
  const holder = await stackProcess(folder);
  if (holder !== null) {
    throw new Refusal(`Process ${holder} runs a stack on ${shown}. Stop it first (Ctrl-C there).`);
  }
  const unlock = await lockDataFolder(folder, console.log);
  await endOrphan(folder, console.log);
  await clearLeftovers(folder.postgres, console.log);
  // Only what a stack made: SERIALMINT_DATA may name a folder that holds other things too.
  const made = ["postgres", "durable-objects", "workerd", "wrangler"];
  for (const name of await readdir(folder.root)) {
    const ours =
      made.includes(name) || name === "postgres.lock" || name.startsWith("postgres.half-");
    if (ours) await rm(path.join(folder.root, name), { recursive: true, force: true });
  }
  await unlock();
  const left = await readdir(folder.root);
  if (left.length === 0) await rmdir(folder.root);
  else console.log(`Left in ${shown}, not made by Serialmint: ${left.join(", ")}`);
  console.log(`Removed the data in ${shown}. The next start begins afresh.`);
}

await main().catch(giveUp);
