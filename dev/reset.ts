/** `npm run reset`: removes the data, after making sure that nothing runs on it. */
import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";

import { refuseArguments } from "./arguments.ts";
import { chosenDataFolder, shownFolder } from "./data/folder.ts";
import type { DataFolder } from "./data/folder.ts";
import { lockDataFolder, stackProcess, stopFirst } from "./data/lock.ts";
import { isMarked } from "./data/mark.ts";
import { giveUp } from "./ending.ts";
import { dataDirElsewhere, removeDataDir } from "./postgres.ts";
import { Refusal } from "./refusal.ts";
import { endOrphan } from "./workerd/process.ts";

async function main(): Promise<void> {
  refuseArguments("[SERIALMINT_DATA=<folder>] npm run reset");
  const folder = chosenDataFolder(process.env);
  const shown = shownFolder(folder);
  const holder = await stackProcess(folder);
  if (holder !== null) {
    throw new Refusal(`Process ${holder} runs a stack on ${shown}. ${stopFirst(holder)}.`);
  }
  const unlock = await lockDataFolder(folder, console.log);
  let removed: string[];
  try {
    await endOrphan(folder, console.log);
    removed = await removeMade(folder);
  } finally {
    await unlock();
  }
  const left = await readdir(folder.root);
  if (left.length === 0) await rmdir(folder.root);
  else console.log(`Left in ${shown}, not made by Serialmint: ${left.join(", ")}`);
  if (removed.length === 0) console.log(`There was no data in ${shown}.`);
  else console.log(`Removed the data in ${removed.join(" and ")}. The next start begins afresh.`);
}

/**
 * Removes only what carries a mark of the stack: SERIALMINT_DATA may name a folder that holds
 * other things too. Answers the places where something was removed.
 */
async function removeMade(folder: DataFolder): Promise<string[]> {
  const places: string[] = [];
  let here = await removeDataDir(folder.postgres, console.log);
  for (const made of [folder.durableObjects, folder.workerd, folder.wrangler]) {
    if (!(await isMarked(made))) continue;
    await rm(made, { recursive: true, force: true });
    here = true;
  }
  if (here) places.push(shownFolder(folder));
  const elsewhere = dataDirElsewhere(folder.postgres);
  if (elsewhere !== null && (await removeDataDir(elsewhere, console.log))) {
    places.push(elsewhere);
    const around = path.dirname(elsewhere);
    if ((await readdir(around)).length === 0) await rmdir(around);
  }
  return places;
}

await main().catch(giveUp);
