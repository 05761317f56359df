import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { buildWorker } from "../../dev/build.ts";
import { startStack } from "../../dev/stack.ts";
import type { Stack } from "../../dev/stack.ts";
import { fence } from "../../ops/fence.ts";
import { createTenant } from "../../ops/tenant-create.ts";
import { createScratchFolder, removeScratchFolder } from "../harness/node/scratch-folder.ts";
import { scratchDataFolder } from "./scratch.ts";

// A copy of the database is taken, numbers go on being given, and the copy comes back: what was given since is
// known to the callers alone.

const key = `smk_test_${"0".repeat(28)}`;

let built: string;

beforeAll(async () => {
  built = await createScratchFolder("built");
  await buildWorker(built);
});

afterAll(() => removeScratchFolder(built));

async function started(dataDir: string): Promise<Stack> {
  const stack = await startStack({ dataDir, port: 0, built, log: () => undefined });
  onTestFinished(() => stack.stop().catch(() => undefined));
  return stack;
}

/** With the owners of the files, which Postgres insists on. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync("cp", ["-a", from, to], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
}

// What a test expects of an answer is the test's own knowledge.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

async function ask(stack: Stack, method: string, route: string, body?: object): Promise<Json> {
  const answer = await fetch(`${stack.url}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: Json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBeLessThan(300);
  return json;
}

const sequences: Record<string, object> = {
  plain: { pattern: "P-{0000}" },
  hot: { pattern: "H-{0000}", hot: true },
  steps: { pattern: "S-{0000}", start: "5", increment: "10" },
  gapless: { pattern: "G-{0000}", mode: "gapless" },
  daily: { pattern: "D{YYYY}{MM}{DD}-{0000}", reset: "daily" },
  narrow: { pattern: "N-{00}", overflow: "reject" },
};

/** Names of three reservations of every sequence, and of series that are made as they are asked for. */
async function draw(stack: Stack, days: readonly string[], series: readonly string[]) {
  const names: string[] = [];
  for (const sequence of Object.keys(sequences)) {
    const moments = sequence === "daily" ? days : [undefined];
    for (const at of moments) {
      for (const count of [1, 7]) {
        const body = { count, include: "names", ...(at === undefined ? {} : { at }) };
        const route = `/v1/sequences/${sequence}/reservations`;
        names.push(...(await ask(stack, "POST", route, body)).names);
      }
    }
  }
  for (const one of series) {
    const { names: given } = await ask(stack, "POST", "/v1/naming-series/next", {
      series: one,
      count: 3,
    });
    names.push(...given);
  }
  return names;
}

test("after an older copy is restored, fenced counters give no number again", async () => {
  const dataDir = await scratchDataFolder();
  const copy = path.join(path.dirname(dataDir), "copy");
  let stack = await started(dataDir);
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  for (const [name, body] of Object.entries(sequences)) {
    await ask(stack, "PUT", `/v1/sequences/${name}`, body);
  }
  const given = await draw(stack, ["2026-01-01", "2026-01-02"], ["OLD-.####"]);
  await stack.stop();
  copyFolder(dataDir, copy);

  stack = await started(dataDir);
  // Also in periods and series that the copy has never seen, and in one that has not begun.
  const ahead = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  const days = ["2026-01-02", "2026-01-03", "2025-06-01", ahead];
  given.push(...(await draw(stack, days, ["OLD-.####", "NEW-.####"])));
  await stack.stop();
  expect(new Set(given).size).toBe(given.length);

  await rm(dataDir, { recursive: true });
  copyFolder(copy, dataDir);
  stack = await started(dataDir);
  const tenants = await fence(stack.directUrl, {
    by: 50n,
    aheadDays: 366,
    reason: "restored the copy of noon",
  });
  const ofAcme = tenants.find(({ tenant }) => tenant === "acme");
  const fenced = ofAcme !== undefined && "fenced" in ofAcme ? ofAcme.fenced : [];
  expect(ofAcme).not.toHaveProperty("error");
  expect(Object.fromEntries(fenced.map(({ sequence, moved }) => [sequence, moved]))).toEqual({
    plain: 1,
    hot: 1,
    steps: 1,
    gapless: 1,
    daily: 2,
    narrow: 1,
    "naming-series": 1,
  });
  const after = await draw(stack, days, ["OLD-.####", "NEW-.####"]);
  expect(after.filter((name) => given.includes(name))).toEqual([]);
  expect(new Set(after).size).toBe(after.length);
  // 8 before the copy, then 50 that nobody knows of.
  expect(after[0]).toBe("P-0059");
  expect(after).toContain("S-0585");
  expect(after).toContain("D20260103-0051");
  expect(after).toContain("NEW-0051");

  const account = await ask(stack, "GET", "/v1/sequences/plain/account");
  expect(account).toMatchObject({ passed: "66", reserved: "16", skipped: "50", burned: "0" });
  const { data } = await ask(stack, "GET", "/v1/sequences/gapless/ledger");
  expect(data).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: "fence",
        first: "9",
        last: "58",
        reason: "restored the copy of noon",
      }),
    ]),
  );
  const audit = await ask(stack, "GET", "/v1/audit?action=tenant.fenced");
  expect(audit.data).toEqual([
    expect.objectContaining({
      facts: expect.objectContaining({ by: "50", reason: "restored the copy of noon" }),
    }),
  ]);
  const late = await ask(stack, "POST", "/v1/sequences/daily/reservations", {
    count: 1,
    at: "2099-01-01",
  });
  expect(late.first_name).toBe("D20990101-0001");
});

test("one tenant's failure is told and keeps no other from being fenced", async () => {
  const stack = await started(await scratchDataFolder());
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key: key.replace("0", "1") });
  await createTenant(stack.directUrl, { tenant: "bravo", name: "Bravo", key });
  await ask(stack, "PUT", "/v1/sequences/bravos", { pattern: "B-{0000}" });
  const how = { by: 10n, aheadDays: 0, reason: "restored" };
  const told = await fence(stack.directUrl, { ...how, only: ["bravos"] });
  const [acme, bravo] = ["acme", "bravo"].map((name) => told.find(({ tenant }) => tenant === name));
  expect(acme).toHaveProperty("error.message", expect.stringContaining("no sequence bravos"));
  expect(bravo).toHaveProperty("fenced", [{ sequence: "bravos", mode: "standard", moved: 0 }]);
  const { first } = await ask(stack, "POST", "/v1/sequences/bravos/reservations", { count: 1 });
  expect(first).toBe("11");
  await expect(fence(stack.directUrl, { ...how, tenant: "nobody" })).rejects.toThrow(
    "There is no tenant nobody.",
  );
});

test("sequences are left out, and the series of one are moved in batches", async () => {
  const stack = await started(await scratchDataFolder());
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  await ask(stack, "PUT", "/v1/sequences/daily", {
    pattern: "D{YYYY}{MM}{DD}-{0000}",
    reset: "daily",
  });
  await ask(stack, "PUT", "/v1/sequences/gapless", { pattern: "G-{0000}", mode: "gapless" });
  const days = Array.from({ length: 300 }, (_, day) =>
    new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
  );
  for (const at of days) {
    await ask(stack, "POST", "/v1/sequences/daily/reservations", { count: 1, at });
  }
  const [one] = await fence(stack.directUrl, {
    by: 10n,
    aheadDays: 0,
    reason: "restored",
    tenant: "acme",
    except: ["gapless"],
  });
  expect(one).toEqual({
    tenant: "acme",
    fenced: [
      { sequence: "daily", mode: "standard", moved: 300 },
      { sequence: "naming-series", mode: "standard", moved: 0 },
    ],
  });
  for (const at of [days[0], days[299]]) {
    const { first } = await ask(stack, "POST", "/v1/sequences/daily/reservations", {
      count: 1,
      at,
    });
    expect(first).toBe("12");
  }
  const { first } = await ask(stack, "POST", "/v1/sequences/gapless/reservations", { count: 1 });
  expect(first).toBe("1");

  const exact = { by: 17n, aheadDays: 366, reason: "on paper", tenant: "acme", only: ["daily"] };
  expect(await fence(stack.directUrl, { ...exact, series: "2025-01-05" })).toEqual([
    { tenant: "acme", fenced: [{ sequence: "daily", mode: "standard", moved: 1 }] },
  ]);
  for (const [at, expected] of [
    ["2025-01-05", "29"],
    ["2025-01-06", "12"],
    ["2030-01-01", "1"],
  ]) {
    const drawn = await ask(stack, "POST", "/v1/sequences/daily/reservations", { count: 1, at });
    expect(drawn.first).toBe(expected);
  }
  const [wrong] = await fence(stack.directUrl, { ...exact, series: "2025" });
  expect(wrong).toHaveProperty("error.message", "The sequence daily has no series 2025.");
});

test("a sequence is fenced over the API", async () => {
  const stack = await started(await scratchDataFolder());
  await createTenant(stack.directUrl, { tenant: "acme", name: "Acme", key });
  await ask(stack, "PUT", "/v1/sequences/s", { pattern: "A{YYYY}-{0000}", reset: "yearly" });
  for (const at of ["2025-01-01", "2026-01-01"]) {
    await ask(stack, "POST", "/v1/sequences/s/reservations", { count: 10, at });
  }
  const one = await ask(stack, "POST", "/v1/sequences/s/fence", {
    by: 5,
    reason: "labels without a record",
    series: "2025",
  });
  expect(one).toMatchObject({ moved: 1, series: [{ series: "2025", from: "11", to: "16" }] });
  const all = await ask(stack, "POST", "/v1/sequences/s/fence", { by: "100", reason: "again" });
  expect(all.series).toEqual([
    { series: "2025", from: "16", to: "116" },
    { series: "2026", from: "11", to: "111" },
  ]);
  const next = await ask(stack, "POST", "/v1/sequences/s/reservations", {
    count: 1,
    at: "2026-05-05",
  });
  expect(next.first_name).toBe("A2026-0111");
  const older = await ask(stack, "POST", "/v1/sequences/s/reservations", {
    count: 1,
    at: "2024-05-05",
  });
  expect(older.first_name).toBe("A2024-0101");
});
