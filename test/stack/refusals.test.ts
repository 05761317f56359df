import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";

import { startCommand } from "./command.ts";
import { freePort, scratchDataFolder } from "./scratch.ts";
import { startSmallStack } from "./small-stack.ts";

// What the user can mend is said in one line, with no stack, and ends with exit code 1.

test("a data folder that is a file, or lies below one, is refused", async () => {
  const file = await scratchDataFolder();
  await writeFile(file, "mine");
  const onFile = startCommand("start", file, await freePort());
  expect(await onFile.exit).toBe(1);
  expect(onFile.printed().split("\n").slice(1)).toEqual([
    `The data folder ${file} is or lies below a file, and a folder is needed (EEXIST). ` +
      "Choose another one: SERIALMINT_DATA=<folder> npm start",
    "",
  ]);
  const below = startCommand("reset", path.join(file, "data"));
  expect(await below.exit).toBe(1);
  expect(below.printed()).toMatch(
    /^The data folder .* is or lies below a file.*\(ENOTDIR\)\..*\n$/,
  );
});

test.each([
  ["start", "[PORT=8788] [SERIALMINT_DATA=<folder>] npm start"],
  ["dev", "[PORT=8788] [SERIALMINT_DATA=<folder>] npm run dev"],
  ["reset", "[SERIALMINT_DATA=<folder>] npm run reset"],
])("arguments of %s are refused, with what it takes", async (name, usage) => {
  const command = startCommand(name, await scratchDataFolder(), 0, {}, ["--port", "18952"]);
  expect(await command.exit).toBe(1);
  expect(command.printed()).toBe(`"--port" is not taken here. Use: ${usage}\n`);
});

test("a data folder that cannot be written is refused", async () => {
  // Not even root makes a folder there.
  const command = startCommand("start", "/sys/serialmint", await freePort());
  expect(await command.exit).toBe(1);
  expect(command.printed()).toContain(
    "The data folder /sys/serialmint cannot be made or written by you",
  );
  expect(command.printed()).not.toContain("    at ");
});

test("a Postgres folder without its mark is refused and left as it is", async () => {
  const dataDir = await scratchDataFolder();
  await mkdir(path.join(dataDir, "postgres"), { recursive: true });
  await writeFile(path.join(dataDir, "postgres", "notes.txt"), "mine");
  const command = startCommand("start", dataDir, await freePort());
  expect(await command.exit).toBe(1);
  expect(command.printed()).toContain(
    `${path.join(dataDir, "postgres")} holds other things than a database. ` +
      "Remove it, or use another data folder.\n",
  );
  expect(command.printed()).not.toContain("    at ");
  expect(await readdir(path.join(dataDir, "postgres"))).toEqual(["notes.txt"]);
});

test.each(["PG_VERSION", "global/pg_control", "pg_wal"])(
  "a database without its %s is refused, and can be reset",
  async (part) => {
    const dataDir = await scratchDataFolder();
    await (await startSmallStack(dataDir)).stop();
    const database = path.join(dataDir, "postgres");
    await rm(path.join(database, part), { recursive: true });
    const damaged = await readdir(database);
    const start = startCommand("start", dataDir, await freePort());
    expect(await start.exit).toBe(1);
    expect(start.printed()).toBe(
      `Starting; data in ${dataDir}\n` +
        `${database} holds no complete database: ${part} is missing. ` +
        "Restore it, or run `npm run reset`, which loses what is in it.\n",
    );
    expect(await readdir(database)).toEqual(damaged);
    const reset = startCommand("reset", dataDir);
    expect(await reset.exit).toBe(0);
    expect(reset.printed()).toBe(`Removed the data in ${dataDir}. The next start begins afresh.\n`);
  },
);

test("a variable that the Worker would refuse is refused before anything is made", async () => {
  const dataDir = await scratchDataFolder();
  const command = startCommand("start", dataDir, await freePort(), { INLINE_BUDGET_MS: "abc" });
  expect(await command.exit).toBe(1);
  expect(command.printed()).toBe(
    "INLINE_BUDGET_MS must be a whole number of milliseconds, 0 to 99999.\n",
  );
  expect(await readdir(path.dirname(dataDir))).toEqual([]);

  const cors = startCommand("start", dataDir, await freePort(), { CORS_ORIGINS: "shop.example" });
  expect(await cors.exit).toBe(1);
  expect(cors.printed()).toMatch(/^CORS_ORIGINS must be \* or a list of origins.*\.\n$/);
});

test("an error that nobody foresaw shows its stack when DEBUG is set", async () => {
  const dataDir = await scratchDataFolder();
  await mkdir(path.join(dataDir, "postgres"), { recursive: true });
  await writeFile(path.join(dataDir, "postgres", "notes.txt"), "mine");
  const command = startCommand("start", dataDir, await freePort(), { DEBUG: "1" });
  expect(await command.exit).toBe(1);
  expect(command.printed()).toContain("holds other things than a database");
  expect(command.printed()).toContain("    at ");
});
