import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { parseFault } from "../../dev/gateway/faults.ts";
import { rejection, startStack, until } from "./stack.ts";
import type { Stack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.sql`create table notes (id int primary key, text text)`;
});
afterAll(() => stack.stop());
beforeEach(() => stack.direct.query("truncate notes").then(() => undefined));
afterEach(() => stack.gateway.setFault("postgres", null));

async function ids(): Promise<number[]> {
  const { rows } = await stack.direct.query<{ id: number }>("select id from notes order by id");
  return rows.map(({ id }) => id);
}

test("fail answers with the SQLSTATE, as often as asked, and executes nothing", async () => {
  stack.gateway.setFault("postgres", {
    kind: "fail",
    sqlstate: "40001",
    message: "no luck",
    times: 2,
  });
  for (let i = 0; i < 2; i += 1) {
    const error = await rejection(stack.sql.query("insert into notes values (1)"));
    expect(error).toMatchObject({ name: "NeonDbError", code: "40001", message: "no luck" });
  }
  expect(await ids()).toEqual([]);
  await stack.sql`insert into notes values (1)`;
  expect(await ids()).toEqual([1]);
});

test("fail without a SQLSTATE is HTTP 500 without a code", async () => {
  stack.gateway.setFault("postgres", { kind: "fail", times: 1 });
  const error = await rejection(stack.sql.query("select 1"));
  expect(error["message"]).toContain("HTTP status 500");
  expect(error["code"]).toBeUndefined();
});

test("cut_before: a network error, and nothing was executed", async () => {
  stack.gateway.setFault("postgres", { kind: "cut_before", times: 1 });
  const error = await rejection(stack.sql.query("insert into notes values (1)"));
  expect(error["sourceError"]).toBeInstanceOf(Error);
  expect(await ids()).toEqual([]);
});

test("cut_after: the same error, and the row is there", async () => {
  stack.gateway.setFault("postgres", { kind: "cut_after", times: 1 });
  const error = await rejection(stack.sql.query("insert into notes values (1)"));
  expect(error["sourceError"]).toBeInstanceOf(Error);
  expect(await ids()).toEqual([1]);
  stack.gateway.setFault("postgres", { kind: "cut_after", times: 1 });
  const batch = stack.sql.transaction([
    stack.sql`insert into notes values (2)`,
    stack.sql`insert into notes values (3)`,
  ]);
  expect((await rejection(batch))["sourceError"]).toBeInstanceOf(Error);
  expect(await ids()).toEqual([1, 2, 3]);
});

test("hang: no answer, then a network error, and nothing was executed", async () => {
  stack.gateway.setFault("postgres", { kind: "hang", ms: 20, times: 1 });
  const error = await rejection(stack.sql.query("insert into notes values (1)"));
  expect(error["sourceError"]).toBeInstanceOf(Error);
  expect(await ids()).toEqual([]);
});

test("match hits only the requests whose query contains it", async () => {
  stack.gateway.setFault("postgres", { kind: "fail", sqlstate: "XX000", match: "notes", times: 1 });
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
  const batch = stack.sql.transaction([stack.sql`select 1`, stack.sql`select * from notes`]);
  expect(await rejection(batch)).toMatchObject({ code: "XX000" });
  expect(await stack.sql`select * from notes`).toEqual([]);
});

test.each([
  [
    "a single statement",
    () => stack.sql`update notes set text = 'first' where id = 1`.then(() => "first"),
  ],
  [
    "a batch",
    () =>
      stack.sql
        .transaction([stack.sql`update notes set text = 'first' where id = 1`])
        .then(() => "first"),
  ],
])("delay_commit holds the row lock of %s until the commit", async (_name, update) => {
  await stack.direct.query("insert into notes values (1, 'none')");
  stack.gateway.setFault("postgres", { kind: "delay_commit", ms: 1500, match: "first" });
  const order: string[] = [];
  const first = update().then((name) => order.push(name));
  await until(async () => {
    const { rows } = await stack.direct.query(
      "select from pg_stat_activity where state = 'idle in transaction'",
    );
    return rows.length === 1;
  });
  // Executed and not committed: others still see the old row.
  expect((await stack.direct.query("select text from notes")).rows).toEqual([{ text: "none" }]);
  const second = stack.sql`update notes set text = text || ' second' where id = 1`.then(() =>
    order.push("second"),
  );
  await until(async () => {
    const { rows } = await stack.direct.query("select from pg_locks where not granted");
    return rows.length === 1;
  });
  expect(order).toEqual([]);
  await Promise.all([first, second]);
  expect((await stack.direct.query("select text from notes")).rows).toEqual([
    { text: "first second" },
  ]);
});

test("delay_commit leaves reads alone, returns rows, and passes errors on", async () => {
  // Were a read delayed, the test would exceed its time.
  stack.gateway.setFault("postgres", { kind: "delay_commit", ms: 600_000 });
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
  expect(await stack.sql.transaction([stack.sql`select 2 as x`])).toEqual([[{ x: 2 }]]);
  expect(await rejection(stack.sql.query("select 1/0"))).toMatchObject({ code: "22012" });
  stack.gateway.setFault("postgres", { kind: "delay_commit", ms: 1 });
  expect(await stack.sql`insert into notes values (7) returning id`).toEqual([{ id: 7 }]);
  expect(await ids()).toEqual([7]);
  await stack.sql`vacuum notes`;
});

test("a client that leaves during a delayed commit does not undo it", async () => {
  stack.gateway.setFault("postgres", { kind: "delay_commit", ms: 200 });
  const leaving = new AbortController();
  const options = { fetchOptions: { signal: leaving.signal } };
  const gone = rejection(stack.sql.query("insert into notes values (9)", [], options));
  await until(async () => {
    const { rows } = await stack.direct.query(
      "select from pg_stat_activity where state = 'idle in transaction'",
    );
    return rows.length === 1;
  });
  leaving.abort();
  await gone;
  await until(async () => (await ids()).length === 1);
});

test("requests are counted for each database, those with faults too", async () => {
  const before = stack.gateway.counts("postgres");
  await stack.sql`select 1`;
  stack.gateway.setFault("postgres", { kind: "cut_before", times: 1 });
  await rejection(stack.sql.query("select 1"));
  await rejection(stack.sql.query("select nonsense"));
  expect(stack.gateway.counts("postgres")).toBe(before + 3);
  expect(stack.gateway.counts("another")).toBe(0);
});

test("the control endpoints count, set and remove", async () => {
  const base = stack.gateway.endpoint.replace("/sql", "/control");
  const count = async (): Promise<unknown> =>
    (await fetch(`${base}/counts?database=postgres`)).json();
  const requests = stack.gateway.counts("postgres");
  expect(await count()).toEqual({ requests });

  const put = await fetch(`${base}/faults?database=postgres`, {
    method: "PUT",
    body: JSON.stringify({ kind: "fail", sqlstate: "40P01", message: "deadlock", times: 9 }),
  });
  expect(put.status).toBe(200);
  expect(await rejection(stack.sql.query("select 1"))).toMatchObject({ code: "40P01" });
  await fetch(`${base}/faults?database=postgres`, { method: "DELETE" });
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
  expect(await count()).toEqual({ requests: requests + 2 });

  expect((await fetch(`${base}/counts`)).status).toBe(400);
  expect((await fetch(`${base}/nothing?database=postgres`)).status).toBe(404);
  const bad = await fetch(`${base}/faults?database=postgres`, { method: "PUT", body: "{" });
  expect(bad.status).toBe(400);
});

test.each([
  [[], "JSON object"],
  [{ kind: "explode" }, "kind"],
  [{ kind: "hang" }, "ms"],
  [{ kind: "delay_commit", ms: -1 }, "ms"],
  [{ kind: "cut_after", times: 0 }, "times"],
  [{ kind: "cut_after", ms: 5 }, "ms"],
  [{ kind: "fail", sqlstate: "abc" }, "sqlstate"],
  [{ kind: "cut_before", match: 5 }, "match"],
])("a fault that makes no sense is refused: %j", (json, word) => {
  expect(parseFault(json)).toMatchObject({ ok: false, message: expect.stringContaining(word) });
});
