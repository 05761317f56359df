import pg from "pg";
import { expect, test } from "vitest";

import { startCommand } from "./command.ts";
import { freePort, occupyPort, scratchDataFolder } from "./scratch.ts";

const demoKey = "smk_demo_0000000000000000000000000000";

test("start mints ten serials, says how to go on, keeps them, and ends well on Ctrl-C", async () => {
  const dataDir = await scratchDataFolder();
  const port = await freePort();
  const first = startCommand("start", dataDir, port);
  await first.says(`Serialmint is ready on http://localhost:${port}\n`);
  expect(first.printed()).toContain(
    "Ten serials of demo-phone, minted over HTTP:\n  SN-0000001 SN-0000002 SN-0000003",
  );
  expect(first.printed()).toContain("SN-0000010");
  const database = /^Database: (postgresql:\/\/postgres@127\.0\.0\.1:\d+\/serialmint)$/m.exec(
    first.printed(),
  )?.[1];
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const tenants = await client.query("select tenant from tenants order by tenant");
  await client.end();
  expect(tenants.rows).toEqual([{ tenant: "demo" }, { tenant: "demo-test" }]);
  expect(first.printed()).toContain(`curl http://localhost:${port}/v1/lots`);
  expect(first.printed()).toContain(`http://localhost:${port}/docs`);

  const health = await fetch(`http://localhost:${port}/health`);
  expect(health.status).toBe(200);

  process.kill(first.pid, "SIGINT");
  expect(await first.exit).toBe(0);
  expect(first.printed()).toContain("Stopped. Everything is kept for the next start.");

  // The same ten again: a start repeats nothing.
  const second = startCommand("start", dataDir, port);
  await second.says("Serialmint is ready");
  expect(second.printed()).toContain(
    "Ten serials of demo-phone:\n  SN-0000001 SN-0000002 SN-0000003",
  );
  const lots = await fetch(`http://localhost:${port}/v1/lots?product=demo-phone`, {
    headers: { authorization: `Bearer ${demoKey}` },
  });
  const { data } = (await lots.json()) as { data: unknown[] };
  expect(data).toHaveLength(10);
  process.kill(second.pid, "SIGTERM");
  expect(await second.exit).toBe(0);
});

test("start leaves the key of the demo tenant revoked, and says what to do", async () => {
  const dataDir = await scratchDataFolder();
  const port = await freePort();
  const first = startCommand("start", dataDir, port);
  await first.says("Serialmint is ready");
  const call = async (method: string, path: string, key: string, body?: object) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const once = { "idempotency-key": crypto.randomUUID() };
    return fetch(`http://localhost:${port}${path}`, {
      method,
      headers: method === "POST" ? { ...headers, ...once } : headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const made = await call("POST", "/v1/api-keys", demoKey, { name: "mine", scopes: ["admin"] });
  const { key: mine } = (await made.json()) as { key: string };
  const { data } = (await (await call("GET", "/v1/api-keys", mine)).json()) as {
    data: { id: string }[];
  };
  const revoked = await call("POST", `/v1/api-keys/${data[0]?.id}/revoke`, mine);
  expect(revoked.status).toBe(200);
  process.kill(first.pid, "SIGINT");
  expect(await first.exit).toBe(0);

  const second = startCommand("start", dataDir, port);
  await second.says("Serialmint is ready");
  expect(second.printed()).toContain(
    `The key of the tenant demo, ${demoKey}, was revoked or has expired, and stays so.\n` +
      "Use another key of the tenant, or begin afresh: npm run reset removes all data.\n",
  );
  expect(second.printed()).not.toContain(`Key of the tenant demo: ${demoKey}`);
  expect((await call("GET", "/v1/settings", demoKey)).status).toBe(401);
  expect((await call("GET", "/v1/settings", mine)).status).toBe(200);
  process.kill(second.pid, "SIGINT");
  expect(await second.exit).toBe(0);
});

test("start on a taken port ends with one clear sentence", async () => {
  const port = await occupyPort();
  const command = startCommand("start", await scratchDataFolder(), port);
  expect(await command.exit).toBe(1);
  expect(command.printed()).toContain(
    `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=`,
  );
  expect(command.printed()).not.toContain("    at ");
});

test("start with a PORT that is none says so", async () => {
  const command = startCommand("start", await scratchDataFolder(), 65_536);
  expect(await command.exit).toBe(1);
  expect(command.printed()).toBe("PORT is 65536; it must be a number from 1 to 65535.\n");
});

test("while a stack runs there, reset and a second start are refused, with the way out", async () => {
  const dataDir = await scratchDataFolder();
  const running = startCommand("start", dataDir, await freePort());
  await running.says("Serialmint is ready");
  const { pid } = running;
  const wayOut = `Stop it first (Ctrl-C there, or \`kill ${pid}\`)`;
  const reset = startCommand("reset", dataDir);
  expect(await reset.exit).toBe(1);
  expect(reset.printed()).toBe(`Process ${pid} runs a stack on ${dataDir}. ${wayOut}.\n`);
  const second = startCommand("start", dataDir, await freePort());
  expect(await second.exit).toBe(1);
  expect(second.printed()).toContain(
    `Process ${pid} already runs a stack on the data folder ${dataDir}. ${wayOut}, or choose another`,
  );
  process.kill(running.pid, "SIGINT");
  expect(await running.exit).toBe(0);
});
