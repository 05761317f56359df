import { neon } from "@neondatabase/serverless";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rejection, startStack, until } from "./stack.ts";
import type { Stack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    gateway: { limits: { requestBytes: 100_000, responseBytes: 200_000 } },
  });
});
afterAll(() => stack.stop());

test("a broken constraint is told with all its fields", async () => {
  await stack.sql`create table parts (sku text, constraint parts_sku unique (sku))`;
  await stack.sql`insert into parts values ('a')`;
  expect(
    await rejection(stack.sql`insert into parts values ('a')`.then((rows) => rows)),
  ).toMatchObject({
    name: "NeonDbError",
    message: 'duplicate key value violates unique constraint "parts_sku"',
    severity: "ERROR",
    code: "23505",
    detail: "Key (sku)=(a) already exists.",
    schema: "public",
    table: "parts",
    constraint: "parts_sku",
    routine: "_bt_check_unique",
  });
});

test("a syntax error has its position", async () => {
  const error = await rejection(stack.sql.query("select 1 frm x y"));
  expect(error).toMatchObject({ code: "42601", position: "14" });
});

test("a raised error brings code, detail, hint and where", async () => {
  await stack.sql`
    create function raise_it() returns void language plpgsql as $$
    begin
      raise exception 'stop' using errcode = 'SM001', detail = '{"a":1}', hint = 'go';
    end $$`;
  expect(await rejection(stack.sql.query("select raise_it()"))).toMatchObject({
    message: "stop",
    code: "SM001",
    detail: '{"a":1}',
    hint: "go",
    where: "PL/pgSQL function raise_it() line 3 at RAISE",
  });
});

test("a deferred constraint fails the statement at its commit", async () => {
  await stack.sql`create table own (id int primary key, other int references own deferrable initially deferred)`;
  const error = await rejection(stack.sql.query("insert into own values (1, 2)"));
  expect(error).toMatchObject({ code: "23503" });
  expect(await stack.sql`select * from own`).toEqual([]);
});

test("too few parameters are told by Postgres, and the connection serves on", async () => {
  expect(await rejection(stack.sql.query("select $1::int + $2::int", [1]))).toMatchObject({
    code: "08P01",
  });
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
});

test("COPY is refused and harms nothing", async () => {
  await stack.sql`create table copied as select 'a' as t`;
  expect((await rejection(stack.sql.query("copy copied from stdin")))["message"]).toContain("COPY");
  expect((await rejection(stack.sql.query("copy copied to stdout")))["message"]).toContain("COPY");
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
});

test("a database that does not exist is 400 with its code", async () => {
  const error = await rejection(neon(stack.postgres.url("nowhere")).query("select 1"));
  expect(error).toMatchObject({ code: "3D000", message: 'database "nowhere" does not exist' });
});

test("a login that Postgres refuses is 400, a database that is not there 500", async () => {
  const stranger = stack.url.replace("postgres@", "stranger:secret@");
  expect(await rejection(neon(stranger).query("select 1"))).toMatchObject({ code: "28000" });
  const nobodyThere = neon("postgresql://postgres@127.0.0.1:1/x");
  expect((await rejection(nobodyThere.query("select 1")))["message"]).toContain("HTTP status 500");
});

test("a password in the connection string is checked by Postgres", async () => {
  await stack.direct.query("create role locked login password 'right'");
  const hba = (await stack.direct.query("show hba_file")).rows[0].hba_file;
  const { readFileSync, writeFileSync } = await import("node:fs");
  const rules = readFileSync(hba, "utf8");
  writeFileSync(hba, `host all locked 127.0.0.1/32 scram-sha-256\n${rules}`);
  await stack.direct.query("select pg_reload_conf()");
  const as = (password: string) => neon(stack.url.replace("postgres@", `locked:${password}@`));
  await until(async () => {
    try {
      await as("wrong").query("select 1");
      return false;
    } catch {
      return true;
    }
  });
  expect(await rejection(as("wrong2").query("select 1"))).toMatchObject({ code: "28P01" });
  expect(await as("right").query("select current_user as me")).toEqual([{ me: "locked" }]);
});

test.each([
  [{}, "invalid header"],
  [{ "Neon-Connection-String": "nonsense" }, "invalid connection string"],
  [{ "Neon-Connection-String": "mysql://a@b/c" }, "incorrect scheme"],
  [{ "Neon-Connection-String": "postgres://b/c" }, "missing username"],
  [{ "Neon-Connection-String": "postgres://a@b/" }, "missing database name"],
])("a bad connection string is refused: %j", async (headers, message) => {
  const response = await fetch(stack.gateway.endpoint, { method: "POST", headers, body: "{}" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining(message),
    code: null,
  });
});

test.each([
  ["", "could not parse"],
  ["{", "could not parse"],
  ["{}", "query"],
  ['{"query":1}', "query"],
  ['{"queries":[{"params":[]}]}', "query"],
  ['{"query":"select 1","params":{}}', "params"],
  ['{"query":"select $1::bigint","params":[9007199254740993]}', "2^53"],
])("a bad body is refused: %s", async (body, message) => {
  const headers = { "Neon-Connection-String": stack.url };
  const response = await fetch(stack.gateway.endpoint, { method: "POST", headers, body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ message: expect.stringContaining(message) });
});

test("a body over the limit is 413, one below is served", async () => {
  const error = await rejection(stack.sql.query("select length($1) as n", ["x".repeat(100_000)]));
  expect(error["message"]).toContain("HTTP status 413");
  expect(await stack.sql.query("select length($1) as n", ["x".repeat(99_900)])).toEqual([
    { n: 99_900 },
  ]);
});

test("an answer over the limit is 507, one below is served", async () => {
  const error = await rejection(stack.sql.query("select repeat('x', 200001) as t"));
  expect(error["message"]).toContain("HTTP status 507");
  expect(await stack.sql`select length(repeat('x', 199000)) as n`).toEqual([{ n: 199_000 }]);
});

test("a connection that the server ends is told, and the next request gets another", async () => {
  const [row] = await stack.sql`select pg_backend_pid() as pid`;
  const sleeping = rejection(stack.sql.query("select pg_sleep(60)"));
  await until(async () => {
    const { rows } = await stack.direct.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'",
    );
    return rows.length > 0;
  });
  expect(await sleeping).toMatchObject({ name: "NeonDbError", code: "57P01" });
  await stack.direct.query("select pg_terminate_backend($1)", [row?.["pid"]]);
  await until(async () => {
    const { rows } = await stack.direct.query("select from pg_stat_activity where pid = $1", [
      row?.["pid"],
    ]);
    return rows.length === 0;
  });
  expect(await stack.sql`select 1 as x`).toEqual([{ x: 1 }]);
});

test("a client that leaves cancels its statement, as at Neon", async () => {
  await stack.sql`create table slow (id int)`;
  const leaving = new AbortController();
  const text = "with s as (select pg_sleep(60)) insert into slow select 1 from s";
  const gone = rejection(stack.sql.query(text, [], { fetchOptions: { signal: leaving.signal } }));
  const running = async (): Promise<number> => {
    const { rows } = await stack.direct.query(
      "select from pg_stat_activity where state = 'active' and query like 'with s as%'",
    );
    return rows.length;
  };
  await until(async () => (await running()) === 1);
  leaving.abort();
  await gone;
  await until(async () => (await running()) === 0);
  expect(await stack.sql`select * from slow`).toEqual([]);
});

test("without raw text, values have their JSON form, and rows are objects", async () => {
  const response = await fetch(stack.gateway.endpoint, {
    method: "POST",
    headers: { "Neon-Connection-String": stack.url },
    body: JSON.stringify({
      query: `select true as b, 5 as i, 5::bigint as big, 0.5::float8 as f, 'NaN'::float8 as nan,
        '{"a":[1]}'::json as j, array[1,null] as a, array[[true],[false]] as aa,
        array['x,y','"',null] as t, null as n, 'x' as s, $1::int[] as p`,
      params: [[1, 2]],
    }),
  });
  expect(response.headers.get("content-type")).toBe("application/json");
  const json = await response.json();
  expect(json).toMatchObject({ command: "SELECT", rowCount: 1, rowAsArray: false });
  expect(json).toHaveProperty("rows", [
    {
      b: true,
      i: 5,
      big: "5",
      f: 0.5,
      nan: "NaN",
      j: { a: [1] },
      a: [1, null],
      aa: [[true], [false]],
      t: ["x,y", '"', null],
      n: null,
      s: "x",
      p: [1, 2],
    },
  ]);
});

test("only POST to /sql is a query", async () => {
  const response = await fetch(stack.gateway.endpoint);
  expect(response.status).toBe(400);
});
