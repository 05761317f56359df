import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";

import { findProcess, waitUntilGone } from "../../dev/postgres/process-table.ts";
import type { Stack } from "../../dev/stack.ts";
import { occupyPort, scratchDataFolder } from "./scratch.ts";
import { startSmallStack } from "./small-stack.ts";

type Options = Parameters<typeof startSmallStack>[1];

/** A stack that is stopped when the test ends, however it ends. */
async function started(dataDir: string, options?: Options): Promise<Stack> {
  const stack = await startSmallStack(dataDir, options);
  onTestFinished(async () => {
    await stack.stop().catch(() => undefined);
  });
  return stack;
}

async function get(stack: { url: string }, path: string): Promise<unknown> {
  return (await fetch(`${stack.url}${path}`)).json();
}

test("the Worker has its variables, its Durable Object and its database", async () => {
  const stack = await started(await scratchDataFolder(), { values: { GREETING: 'h"\\\u00e9' } });
  expect(await get(stack, "/")).toEqual({ greeting: 'h"\\\u00e9' });
  expect(await get(stack, "/calls")).toEqual({ calls: 1 });
  expect(await get(stack, "/sql")).toMatchObject({ rows: [{ role: "serialmint_worker" }] });
  expect(stack.gateway.counts("serialmint")).toBe(1);
});

/** What the Worker must not be able to do. */
async function createTable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("create table mine ()");
  } finally {
    await client.end();
  }
}

test("the Worker's role cannot create tables, the direct one can", async () => {
  const stack = await started(await scratchDataFolder());
  await expect(createTable(stack.databaseUrl)).rejects.toThrow(
    "permission denied for schema public",
  );
  await createTable(stack.directUrl);
});

test("a cron trigger reaches the scheduled handler with its time", async () => {
  const stack = await started(await scratchDataFolder());
  await stack.workerd.fireCron("* * * * *", 1_700_000_040_000);
  expect(await get(stack, "/scheduled")).toEqual({ cron: "* * * * *", at: 1_700_000_040_000 });
});

test("a restart answers the requests in flight and keeps port and storage", async () => {
  const stack = await started(await scratchDataFolder());
  const { pid } = stack.workerd;
  await get(stack, "/calls");
  const slow = fetch(`${stack.url}/slow`);
  // Its own request is in workerd when a later one has been answered.
  await get(stack, "/calls");
  await stack.workerd.restart();
  expect(await (await slow).text()).toBe("slow");
  expect(stack.workerd.pid).not.toBe(pid);
  expect(await get(stack, "/calls")).toEqual({ calls: 3 });
});

test("after kill -9 of everything the next start has what was committed", async () => {
  const dataDir = await scratchDataFolder();
  const first = await started(dataDir);
  await get(first, "/calls");
  const client = new pg.Client({ connectionString: first.directUrl });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("create table kept as select 42 as n");
  await first.killAll();
  expect(findProcess(first.workerd.pid)).toBeNull();
  expect(findProcess(first.postgres.pid)).toBeNull();

  const second = await started(dataDir);
  expect(second.applied).toEqual([]);
  expect(await get(second, "/calls")).toEqual({ calls: 2 });
  const again = new pg.Client({ connectionString: second.directUrl });
  await again.connect();
  expect((await again.query("select n from kept")).rows).toEqual([{ n: 42 }]);
  await again.end();
});

test("workerd that ends by itself is said", async () => {
  const stack = await started(await scratchDataFolder());
  process.kill(stack.workerd.pid, "SIGKILL");
  expect(await stack.ended).toMatch(/^workerd ended by itself/);
});

test("Postgres that ends by itself is said", async () => {
  const stack = await started(await scratchDataFolder());
  process.kill(stack.postgres.pid, "SIGKILL");
  expect(await stack.ended).toBe("Postgres ended by itself.");
});

test("a taken port is refused before anything is started", async () => {
  const dataDir = await scratchDataFolder();
  const port = await occupyPort();
  await expect(startSmallStack(dataDir, { port })).rejects.toThrow(
    `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=`,
  );
  // The folder was given back, and nothing was made in it.
  await (await started(dataDir)).stop();
});

test("a data folder in use is refused, with the way out", async () => {
  const dataDir = await scratchDataFolder();
  const first = await started(dataDir);
  await expect(startSmallStack(dataDir)).rejects.toThrow(/already runs a stack on .*PORT=8788/);
  expect(await get(first, "/calls")).toEqual({ calls: 1 });
});

test("two stacks run side by side", async () => {
  const [one, two] = await Promise.all([
    started(await scratchDataFolder()),
    started(await scratchDataFolder()),
  ]);
  await get(one, "/calls");
  expect(await get(one, "/calls")).toEqual({ calls: 2 });
  expect(await get(two, "/calls")).toEqual({ calls: 1 });
});

test("the lock of a dead process is taken over, with a line", async () => {
  const dataDir = await scratchDataFolder();
  await mkdir(dataDir, { recursive: true });
  const ended = spawn("true");
  const { pid } = ended;
  await once(ended, "exit");
  await writeFile(path.join(dataDir, "stack.lock"), JSON.stringify({ pid, started: "1" }));
  const lines: string[] = [];
  await started(dataDir, { log: (line) => lines.push(line) });
  expect(lines.join("\n")).toContain(`stack.lock, left by process ${pid}, which is gone.`);
});

test("a lock file that holds nothing readable is taken over too", async () => {
  const dataDir = await scratchDataFolder();
  await mkdir(dataDir, { recursive: true });
  await writeFile(path.join(dataDir, "stack.lock"), "");
  const lines: string[] = [];
  await started(dataDir, { log: (line) => lines.push(line) });
  const lock = path.join(dataDir, "stack.lock");
  expect(lines).toContain(`Taking over ${lock}, which names no process.`);
  expect(await readFile(lock, "utf8")).toContain(String(process.pid));
});

/** A stack in a process of its own. */
async function heldStack(
  dataDir: string,
): Promise<{ parent: number; url: string; workerd: number; postgres: number }> {
  const holder = spawn(
    process.execPath,
    [path.join(import.meta.dirname, "hold-stack.ts"), dataDir],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => {
    holder.kill("SIGKILL");
  });
  for await (const line of createInterface({ input: holder.stdout })) {
    // Printed by hold-stack.ts.
    const facts = JSON.parse(line) as { url: string; workerd: number; postgres: number };
    return { parent: holder.pid ?? 0, ...facts };
  }
  throw new Error("hold-stack.ts ended without a word");
}

test("when the parent is killed with -9 its children end, and the next start works", async () => {
  const dataDir = await scratchDataFolder();
  const held = await heldStack(dataDir);
  await get(held, "/calls");
  process.kill(held.parent, "SIGKILL");
  expect(await waitUntilGone([held.parent, held.workerd, held.postgres], 10_000)).toBe(true);
  expect(await get(await started(dataDir), "/calls")).toEqual({ calls: 2 });
});

test("an orphaned workerd is ended before another one runs on its storage", async () => {
  const dataDir = await scratchDataFolder();
  const orphan = spawn("sleep", ["600"]);
  const facts = { pid: orphan.pid, started: findProcess(orphan.pid ?? 0)?.started };
  await mkdir(path.join(dataDir, "workerd"), { recursive: true });
  await writeFile(path.join(dataDir, "workerd", "process.json"), JSON.stringify(facts));
  const lines: string[] = [];
  await started(dataDir, { log: (line) => lines.push(line) });
  expect(findProcess(orphan.pid ?? 0)).toBeNull();
  expect(lines.join("\n")).toContain(`Stopping workerd (process ${orphan.pid})`);
});

test("a process that only got the orphan's pid is left alone", async () => {
  const dataDir = await scratchDataFolder();
  const other = spawn("sleep", ["600"]);
  onTestFinished(() => {
    other.kill();
  });
  await mkdir(path.join(dataDir, "workerd"), { recursive: true });
  const facts = { pid: other.pid, started: "long before" };
  await writeFile(path.join(dataDir, "workerd", "process.json"), JSON.stringify(facts));
  await started(dataDir);
  expect(findProcess(other.pid ?? 0)).not.toBeNull();
});
