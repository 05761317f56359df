import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";

import {
  allProcesses,
  findProcess,
  signal,
  waitUntilGone,
} from "../../dev/postgres/process-table.ts";
import type { ProcessFacts } from "../../dev/postgres/process-table.ts";
import { run, startByNpm } from "./command.ts";
import type { Command } from "./command.ts";
import { freePort, scratchDataFolder } from "./scratch.ts";

/** A process with all that it started, and that these started; what is left is killed after the test. */
function family(pid: number): ProcessFacts[] {
  const all = allProcesses();
  const found = all.filter((each) => each.pid === pid);
  for (const { pid: parent } of found) found.push(...all.filter((each) => each.parent === parent));
  onTestFinished(() => {
    for (const { pid: left, started } of found) {
      if (findProcess(left)?.started === started) signal(left, "SIGKILL");
    }
  });
  return found;
}

/** Kills npm with its stack running; the whole stack must end, and say so. */
async function killNpm(npm: Command, port: number, how: "SIGTERM" | "SIGKILL"): Promise<void> {
  await npm.says("Serialmint is ready");
  const stack = family(npm.pid);
  const commands = stack.map(({ command }) => command).join("\n");
  expect(commands).toMatch(/bin\/workerd serve /);
  expect(commands).toMatch(/bin\/postgres -D /);
  process.kill(npm.pid, how);
  const pids = stack.map(({ pid }) => pid);
  expect(await waitUntilGone(pids, 30_000)).toBe(true);
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
  expect(npm.printed()).toContain("Stopped. Everything is kept for the next start.");
}

test.each(["SIGTERM", "SIGKILL"] as const)(
  "npm start ends as a whole on %s to npm",
  async (how) => {
    const dataDir = await scratchDataFolder();
    const port = await freePort();
    await killNpm(startByNpm("start", dataDir, port), port, how);
  },
);

test("npm run dev shows what npm start shows, and ends as a whole when npm is killed", async () => {
  const dataDir = await scratchDataFolder();
  const port = await freePort();
  const npm = startByNpm("dev", dataDir, port);
  await npm.says("Serialmint is ready");
  for (const part of [
    "Cron triggers are fired from here",
    "Ten serials of demo-phone, minted over HTTP:\n  SN-0000001 SN-0000002",
    `curl http://localhost:${port}/v1/lots`,
    `Reference: http://localhost:${port}/docs`,
    "Key of the tenant demo: smk_demo_",
    "Database: postgresql://postgres@127.0.0.1:",
  ]) {
    expect(npm.printed()).toContain(part);
  }
  await killNpm(npm, port, "SIGKILL");
});

const waiting = path.join(import.meta.dirname, "wait-until-asked.ts");

async function pidOf(command: Command): Promise<number> {
  await command.says("waiting as ");
  return Number(/waiting as (\d+)/.exec(command.printed())?.[1]);
}

test("where npm's shell becomes the program, the end of npm is noticed too", async () => {
  const folder = await scratchDataFolder();
  await mkdir(folder);
  const shell = path.join(folder, "shell");
  await writeFile(shell, '#!/bin/sh\neval "exec $2"\n');
  await chmod(shell, 0o755);
  const scripts = { wait: `node ${waiting}` };
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ scripts }));
  const npm = run("npm", ["run", "wait", `--script-shell=${shell}`], {}, folder);
  const pid = await pidOf(npm);
  expect(findProcess(pid)?.parent).toBe(npm.pid);
  family(npm.pid);
  process.kill(npm.pid, "SIGKILL");
  expect(await waitUntilGone([pid], 10_000)).toBe(true);
  expect(npm.printed()).toContain("stopped");
});

test.each([
  ["without npm", ""],
  ["by a script that npm runs", "node test/run.ts"],
])("a program started %s outlives its parent", async (_how, npmScript) => {
  const command = run("sh", ["-c", `"$0" "$1" & wait`, process.execPath, waiting], {
    npm_lifecycle_script: npmScript,
  });
  const pid = await pidOf(command);
  family(command.pid);
  process.kill(command.pid, "SIGKILL");
  expect(await waitUntilGone([command.pid], 10_000)).toBe(true);
  await sleep(3_000);
  expect(findProcess(pid)).not.toBeNull();
});
