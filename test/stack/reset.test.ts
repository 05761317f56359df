import { chmod, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { dataDirElsewhere } from "../../dev/postgres.ts";
import { startCommand } from "./command.ts";
import { scratchDataFolder } from "./scratch.ts";
import { startSmallStack } from "./small-stack.ts";

async function reset(dataDir: string): Promise<string> {
  const command = startCommand("reset", dataDir);
  expect(await command.exit).toBe(0);
  return command.printed();
}

test("reset removes what a stack made and nothing else", async () => {
  const dataDir = await scratchDataFolder();
  await (await startSmallStack(dataDir)).stop();
  await writeFile(path.join(dataDir, "notes.txt"), "mine");
  const made = ["durable-objects", "notes.txt", "postgres", "workerd"];
  expect((await readdir(dataDir)).toSorted()).toEqual(made);

  const printed = await reset(dataDir);
  expect(printed).toContain("not made by Serialmint: notes.txt\n");
  expect(printed).toContain("The next start begins afresh.\n");
  expect(await readdir(dataDir)).toEqual(["notes.txt"]);
});

test("reset leaves folders that have the same names and not our mark", async () => {
  const dataDir = await scratchDataFolder();
  const names = ["durable-objects", "postgres", "postgres.half-way", "workerd", "wrangler"];
  for (const name of names) {
    await mkdir(path.join(dataDir, name), { recursive: true });
    await writeFile(path.join(dataDir, name, "process.json"), "mine");
  }
  await writeFile(path.join(dataDir, "postgres.lock"), "mine");

  const printed = await reset(dataDir);
  for (const name of [...names, "postgres.lock"]) expect(printed).toContain(name);
  expect(printed).toContain("There was no data in ");
  expect((await readdir(dataDir)).toSorted()).toEqual([...names, "postgres.lock"].toSorted());
  for (const name of names) await stat(path.join(dataDir, name, "process.json"));
});

test.runIf(process.getuid?.() === 0)(
  "where Postgres cannot reach the data folder, its part is elsewhere, said, kept and reset",
  async () => {
    const dataDir = await scratchDataFolder();
    const preferred = path.join(dataDir, "postgres");
    await chmod(path.dirname(dataDir), 0o700);
    const lines: string[] = [];
    const first = await startSmallStack(dataDir, { log: (line) => lines.push(line) });
    const elsewhere = dataDirElsewhere(preferred) ?? "nowhere";
    onTestFinished(() => rm(path.dirname(elsewhere), { recursive: true, force: true }));
    await first.stop();
    expect(elsewhere).toMatch(/^\/var\/tmp\/serialmint-[0-9a-f]{12}\/postgres$/);
    expect(lines).toEqual([
      `The database is in ${elsewhere}: Postgres does not run as root and cannot reach ${dataDir}.`,
    ]);
    expect((await readdir(dataDir)).toSorted()).toEqual(["durable-objects", "workerd"]);

    // Open by now: the database stays where it is.
    await chmod(path.dirname(dataDir), 0o755);
    const second = await startSmallStack(dataDir);
    await second.stop();
    expect(second.applied).toEqual([]);

    expect(await reset(dataDir)).toContain(` and ${elsewhere}. The next start begins afresh.\n`);
    expect(dataDirElsewhere(preferred)).toBeNull();
  },
);
