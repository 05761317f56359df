import { fork, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { FileStore } from "../../client/src/file-store.ts";
import { addOne } from "./drawing/add-one.ts";
import { batch } from "./drawing/batch.ts";
import type { Fault } from "./faulty-way.ts";
import { scratch } from "./scratch.ts";
import { sequenceOwner, startClientService } from "./service.ts";
import type { ClientService } from "./service.ts";

/** The one folder that a store has made for its one sequence. */
async function onlyFolder(folder: string): Promise<string> {
  const [name = ""] = await readdir(folder);
  return path.join(folder, name);
}

test("a state is kept for the next one who opens the folder, each name by itself", async () => {
  const folder = await scratch();
  await addOne(new FileStore(folder));
  await new FileStore(folder).update("other", (state) => ({
    state: { ...state, size: 7 },
    result: null,
  }));
  expect(await addOne(new FileStore(folder))).toBe(1);
  expect(await readdir(folder)).toHaveLength(2);
});

test("a state that stays what it is writes nothing", async () => {
  const folder = await scratch();
  const store = new FileStore(folder);
  expect(await store.update("s", (state) => ({ state, result: 5 }))).toBe(5);
  expect(await readdir(folder)).toEqual([]);
});

test("a change that fails changes nothing, and the next one goes on", async () => {
  const store = new FileStore(await scratch());
  await addOne(store);
  const failing = store.update("s", () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await addOne(store)).toBe(1);
});

test("many who write at once come one after the other", async () => {
  const folder = await scratch();
  const stores = Array.from({ length: 8 }, () => new FileStore(folder, { fsync: false }));
  const seen = await Promise.all(
    stores.flatMap((store) => Array.from({ length: 25 }, () => addOne(store))),
  );
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, at) => at));
});

test("what a killed process has half written is never read, and goes after a while", async () => {
  const folder = await scratch();
  const store = new FileStore(folder);
  await addOne(store);
  const inside = await onlyFolder(folder);
  const draft = path.join(inside, "killed.draft");
  await writeFile(draft, '{"number":2,"state":{"si');
  expect(await addOne(store)).toBe(1);
  await utimes(draft, 0, 0);
  for (let at = 0; at < 20; at += 1) await addOne(store);
  const left = await readdir(inside);
  expect(left).not.toContain("killed.draft");
  expect(left.length).toBeLessThanOrEqual(17);
});

test("one who was stopped for long does not write over what came since", async () => {
  const folder = await scratch();
  const sleepy = new FileStore(folder);
  await addOne(sleepy);
  let slept = false;
  const others = new FileStore(folder, { fsync: false });
  // The first change is computed from a state that is old by the time it is written: so old that the
  // file of the next version is gone, and its name free again.
  const inside = await onlyFolder(folder);
  const seen: number[] = [];
  const work = sleepy.update("s", (state) => {
    seen.push(state.size);
    if (!slept) {
      slept = true;
      blockWhile(inside, 40);
    }
    return { state: { ...state, size: state.size + 1 }, result: state.size };
  });
  expect(await work).toBe(41);
  expect(seen).toEqual([1, 41]);
  expect(await addOne(others)).toBe(42);
});

/** Lets another process make changes while this one stands still. */
function blockWhile(inside: string, changes: number): void {
  const script = path.join(import.meta.dirname, "drawing", "add-many.ts");
  const { status, stderr } = spawnSync(process.execPath, [
    script,
    path.dirname(inside),
    String(changes),
  ]);
  if (status !== 0) throw new Error(String(stderr));
}

/** A process that draws from the folder's store and notes what it got in a file. */
function drawing(...args: readonly string[]): ChildProcess {
  const child = fork(path.join(import.meta.dirname, "drawing", "draw.ts"), args);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function notedIn(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split(/\s/).filter((number) => number !== "");
}

let service: ClientService;
beforeAll(async () => {
  service = await startClientService();
});
afterAll(() => service.stop());

/** A network on which every few requests or answers are lost. */
function breaking(): Fault | null {
  const dice = Math.random();
  if (dice < 0.1) return "lost";
  if (dice < 0.2) return "answer lost";
  return dice < 0.25 ? { status: 503, headers: { "retry-after": "0" }, body: "" } : null;
}

test.each([
  ["that holds", null, 5],
  ["that breaks", breaking, 3],
] as const)(
  "two processes on one store and a way %s, killed at any time, never get the same number, and lose no block",
  async (_, fault, kills) => {
    const folder = await scratch();
    const { client, key } = await sequenceOwner(service);
    service.way.choose(fault);
    let killed = 0;
    const files: string[] = [];
    await Promise.all(
      ["a", "b"].map(async (name) => {
        for (let life = 0; life <= kills; life += 1) {
          const file = path.join(await scratch(), name);
          files.push(file);
          const child = drawing(path.join(folder, "store"), service.way.url, key, file);
          // The process is up when it has noted something.
          while ((await notedIn(file)).length === 0) await sleep(20);
          await sleep(Math.random() * 200);
          if (life < kills) {
            killed += 1;
            child.kill("SIGKILL");
          } else {
            child.send("stop");
          }
          await once(child, "exit");
        }
      }),
    );
    const noted = (await Promise.all(files.map(notedIn))).flat();
    expect(noted.length).toBeGreaterThanOrEqual(batch * (killed + 2));
    expect(new Set(noted).size).toBe(noted.length);

    service.way.choose(null);
    const store = new FileStore(path.join(folder, "store"));
    const rest = client.leasedSequence("s", { store });
    const last = await rest.next();
    expect(noted).not.toContain(last.number);
    await rest.close({ giveBack: true });
    const sum = { used: 0, open: 0 };
    for await (const { used, open } of client.list("/v1/leases")) {
      sum.used += used;
      sum.open += open;
    }
    expect(sum.open).toBe(0);
    expect(sum.used).toBeGreaterThan(noted.length);
    // At most the batch in hand of each that was killed.
    expect(sum.used - noted.length - 1).toBeLessThanOrEqual(killed * batch);
  },
);
