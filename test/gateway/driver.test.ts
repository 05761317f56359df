import { neon } from "@neondatabase/serverless";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rejection, startStack, until } from "./stack.ts";
import type { Stack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

test("a template query gives rows as objects, parsed by the driver", async () => {
  const rows = await stack.sql`select ${1}::int as number, ${"a"} as text, ${null}::int as nothing`;
  expect(rows).toEqual([{ number: 1, text: "a", nothing: null }]);
});

test.each([
  ["null", "select $1::text is null as ok", [null]],
  ["true", "select $1::boolean as ok", [true]],
  ["false", "select not $1::boolean as ok", [false]],
  ["an integer", "select $1::int = 42 as ok", [42]],
  ["a fraction", "select $1::float8 = 0.1 as ok", [0.1]],
  ["the largest bigint", "select $1::bigint = 9223372036854775807 as ok", ["9223372036854775807"]],
  [
    "a numeric",
    "select $1::numeric = 12345678901234567890.123 as ok",
    ["12345678901234567890.123"],
  ],
  ["quotes", `select $1::text = 'it''s "so" \\ $1' as ok`, [`it's "so" \\ $1`]],
  ["the empty text", "select $1::text = '' as ok", [""]],
  ["Unicode beyond the BMP", "select $1::text = U&'\\00E9\\4E2D\\+01F642' as ok", ["é中🙂"]],
  ["a line break", "select $1::text = E'a\\n\\tb' as ok", ["a\n\tb"]],
  ["bytes", "select $1::bytea = '\\x00ff27'::bytea as ok", [Buffer.from([0, 255, 39])]],
  [
    "json",
    `select $1::jsonb = '{"a": [1, null, "x\\"y"]}'::jsonb as ok`,
    [{ a: [1, null, 'x"y'] }],
  ],
  [
    "an array",
    `select $1::text[] = array['a,b', 'c"d', null, 'NULL', ''] as ok`,
    [["a,b", 'c"d', null, "NULL", ""]],
  ],
  [
    "a nested array",
    "select $1::int[] = array[[1, 2], [3, 4]] as ok",
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
  [
    "a date",
    "select $1::timestamptz = '2026-11-21T10:20:30.456Z' as ok",
    [new Date("2026-11-21T10:20:30.456Z")],
  ],
])("a parameter arrives: %s", async (_name, query, params) => {
  expect(await stack.sql.query(query, params)).toEqual([{ ok: true }]);
});

test("a text with NUL is refused by Postgres", async () => {
  const error = await rejection(stack.sql.query("select $1::text", ["a\0b"]));
  expect(error).toMatchObject({ name: "NeonDbError", code: "22021" });
});

test("a query with NUL is refused", async () => {
  const error = await rejection(stack.sql.query("select 1 -- \0 , 2"));
  expect(error["message"]).toContain("NUL");
});

test("half a surrogate pair is refused instead of changed", async () => {
  const error = await rejection(stack.sql.query("select $1::text", ["\ud83d"]));
  expect(error["message"]).toContain("surrogate");
});

test("results of common types are what the driver parses over its other transports", async () => {
  const [row] = await stack.sql`
    select true as yes, 7::smallint as small, 9007199254740993::bigint as big, 1.50::numeric as exact,
      0.5::float8 as half, 'x'::text as text, '\\xdeadbeef'::bytea as bytes, '{"a":1}'::jsonb as json,
      array[1, null, 3] as ints, array['a', 'b"c'] as texts, null::text as nothing,
      '2026-11-21T10:20:30Z'::timestamptz as moment`;
  expect(row).toEqual({
    yes: true,
    small: 7,
    big: "9007199254740993",
    exact: "1.50",
    half: 0.5,
    text: "x",
    bytes: Buffer.from([0xde, 0xad, 0xbe, 0xef]),
    json: { a: 1 },
    ints: [1, null, 3],
    texts: ["a", 'b"c'],
    nothing: null,
    moment: new Date("2026-11-21T10:20:30Z"),
  });
});

test("full results carry fields, command and count", async () => {
  await stack.sql`create table full_results (id int primary key, name varchar(20))`;
  const sql = neon(stack.url, { fullResults: true });
  const inserted = await sql`insert into full_results values (1, 'a'), (2, 'b'), (3, null)`;
  expect(inserted).toMatchObject({ command: "INSERT", rowCount: 3, rows: [], fields: [] });

  const selected = await sql`select id, name from full_results order by id`;
  expect(selected).toMatchObject({ command: "SELECT", rowCount: 3, rowAsArray: false });
  const [table] = (await stack.direct.query("select 'full_results'::regclass::oid::int as oid"))
    .rows;
  expect(selected.fields).toEqual([
    {
      name: "id",
      dataTypeID: 23,
      tableID: table.oid,
      columnID: 1,
      dataTypeSize: 4,
      dataTypeModifier: -1,
      format: "text",
    },
    {
      name: "name",
      dataTypeID: 1043,
      tableID: table.oid,
      columnID: 2,
      dataTypeSize: -1,
      dataTypeModifier: 24,
      format: "text",
    },
  ]);
  const created = await sql`create table full_results_2 ()`;
  expect(created).toMatchObject({ command: "CREATE", rowCount: null });
  const updated = await sql`update full_results set name = 'z' where id > 1`;
  expect(updated).toMatchObject({ command: "UPDATE", rowCount: 2 });
});

test("array mode keeps columns of the same name apart", async () => {
  const sql = neon(stack.url, { arrayMode: true, fullResults: true });
  const result = await sql`select 1 as x, 2 as x`;
  expect(result).toMatchObject({ rows: [[1, 2]], rowAsArray: true });
});

test("an empty query gives no rows and no command", async () => {
  const result = await neon(stack.url, { fullResults: true }).query("-- nothing");
  expect(result).toMatchObject({ rows: [], fields: [], command: "", rowCount: null });
});

test("two statements in one query are refused", async () => {
  const error = await rejection(stack.sql.query("select 1; select 2"));
  expect(error).toMatchObject({ code: "42601" });
  expect(error["message"]).toContain("multiple commands");
});

test("a transaction that a single query opens does not reach the next request", async () => {
  await stack.sql`create table left_open (id int)`;
  await stack.sql`begin`;
  await stack.sql`insert into left_open values (1)`;
  const { rows } = await stack.direct.query("select count(*)::int as n from left_open");
  expect(rows).toEqual([{ n: 1 }]);
});

test("50,000 rows arrive whole and in order", async () => {
  const rows = await stack.sql`select i, repeat('é', i % 50) as t from generate_series(1, 50000) i`;
  expect(rows).toHaveLength(50_000);
  expect(rows[49_998]).toEqual({ i: 49_999, t: "é".repeat(49) });
});

test("more requests at once than connections wait in line and get their own answers", async () => {
  await stack.direct.query("select pg_advisory_lock(1)");
  const answers = Promise.all(
    Array.from(
      { length: 100 },
      (_, i) => stack.sql`select ${i}::int as i from pg_advisory_xact_lock_shared(1)`,
    ),
  );
  const waiting = async (): Promise<number> => {
    const { rows } = await stack.direct.query(
      "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted",
    );
    return rows[0].n;
  };
  await until(async () => (await waiting()) >= 40);
  const { rows } = await stack.direct.query(
    `select count(*)::int as n from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  expect(rows).toEqual([{ n: 40 }]);
  await stack.direct.query("select pg_advisory_unlock(1)");
  expect((await answers).map(([row]) => row?.["i"])).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
});
