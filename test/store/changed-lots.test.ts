import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import {
  eventually,
  inParallel,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
} from "./service.ts";

const change = (service: Service, body: object, idempotencyKey?: string) =>
  service.call("POST", "/v1/lots/changes", {
    body: { product: "p", ...body },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

const patch = (service: Service, name: string, body: object, ifMatch = "*") =>
  service.call("PATCH", `/v1/products/p/lots/${name}`, { body, headers: { "if-match": ifMatch } });

/** A product `p` with lots `A-0001` and on. */
async function serviceWithLots(count: number): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count }]);
  return service;
}

/**
 * The history of every lot has to be one story: each change begins where the one before ended, the first
 * at what was recorded, and the last ends at what the lot is. Returns how many entries there are.
 */
async function expectWholeHistory(service: Service): Promise<number> {
  const rows = await service.database.query<{ name: string; lot: Story; told: Entry[] }>(
    `select l.name, jsonb_build_object('state', l.state, 'location', l.location) as lot,
            coalesce(jsonb_agg(jsonb_build_object('before', h.before,
                                                  'after', lot_after(h.before, c.after))
                               order by h.change) filter (where h.change is not null), '[]') as told
     from lots l
     left join lot_history h on h.tenant = l.tenant and h.name = l.name and h.product = l.product
     left join lot_changes c on c.tenant = h.tenant and c.id = h.change
     where l.tenant = $1 group by l.name, l.state, l.location`,
    [service.tenant],
  );
  let entries = 0;
  for (const { name, lot, told } of rows) {
    let story: Story = { state: "available", location: null };
    for (const { before, after } of told) {
      expect(before, name).toEqual(
        Object.fromEntries(Object.keys(before).map((k) => [k, story[k]])),
      );
      expect(after, name).not.toEqual(before);
      story = { ...story, ...after };
      entries += 1;
    }
    expect(story, name).toEqual(lot);
  }
  return entries;
}

type Story = Record<string, string | null>;
interface Entry {
  before: Story;
  after: Story;
}

/** Numbers that look random and are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A name of the sequence below. */
function named(number: number): string {
  return `A-${number}/${number < 1010 ? "X" : "Y"}`;
}

const states = ["available", "reserved", "shipped", "consumed"] as const;

test("single and bulk changes and recording never wait for one another in a circle", async () => {
  const service = await serviceForTest();
  // Names of two forms and of three and four digits: no two ways to the lots have one order of their own.
  await putSequence(service, "s", { pattern: "A-{000}/{field.line}", start: 990 });
  await putProduct(service, "p", "s");
  await postLots(service, [
    { product: "p", count: 20, fields: { line: "X" } },
    { product: "p", count: 20, fields: { line: "Y" } },
  ]);
  const before = await service.database.requests();
  await inParallel(12, async (caller) => {
    const random = randomFrom(caller + 1);
    const some = () => 990 + Math.floor(random() * 40);
    for (let turn = 0; turn < 12; turn += 1) {
      const set = { state: states[Math.floor(random() * 4)], location: `L${caller}` };
      const first = some();
      const last = first + Math.floor(random() * 40);
      const names = Array.from({ length: 40 }, (_, index) => named(990 + index))
        .toSorted(() => random() - 0.5)
        .slice(0, 1 + Math.floor(random() * 39));
      const turns = [
        () => change(service, { sequence: "s", first, last, set }),
        () => change(service, { names, set }),
        () => change(service, { reservation: "s:990", set }),
        () => patch(service, encodeURIComponent(named(some())), set),
        () =>
          postLots(service, [{ product: "p", names: [...names, `N-${caller}-${turn}`] }], {
            on_duplicate: "skip",
          }),
      ];
      const answer = await turns[(caller + turn) % turns.length]?.();
      expect(answer?.status, answer?.text).toBeLessThan(300);
    }
  });
  // A deadlock would have been tried again.
  expect((await service.database.requests()) - before).toBe(144);
  expect(await expectWholeHistory(service)).toBeGreaterThan(100);
});

test("of many changes with one version, one is made", async () => {
  const service = await serviceWithLots(1);
  const { headers } = await service.call("GET", "/v1/products/p/lots/A-0001");
  const tag = headers.get("etag") ?? "";
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, n) => patch(service, "A-0001", { location: `L${n}` }, tag)),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([200, ...Array.from({ length: 15 }, () => 412)]);
  expect(await expectWholeHistory(service)).toBe(1);
});

test("changes that waited for one another begin where the one before ended", async () => {
  const service = await serviceWithLots(50);
  const session = service.database.session();
  await session.query("begin");
  await session.query(
    `select change_lots($1, 'p', array['A-0007', 'A-0030'], '{"state": "reserved"}', 1, 'first', null)`,
    [service.tenant],
  );
  const waiting = [
    change(service, { sequence: "s", first: 1, last: 50, set: { state: "shipped" } }),
    patch(service, "A-0030", { state: "consumed" }),
  ];
  await eventually(async () => {
    const [row] = await service.database.query<{ waiting: string }>(
      `select count(distinct l.pid) as waiting from pg_locks l
       join pg_stat_activity a on a.pid = l.pid
       where not l.granted and a.datname = current_database()`,
    );
    return Number(row?.waiting) >= 2;
  });
  await session.query("commit");
  await session.close();
  for (const answer of await Promise.all(waiting)) expect(answer.status, answer.text).toBe(200);
  // 50 shipped, two reserved before, one consumed.
  expect(await expectWholeHistory(service)).toBe(53);
});

test("a change whose answer is lost is made once", async () => {
  const service = await serviceWithLots(3);
  const { headers } = await service.call("GET", "/v1/products/p/lots/A-0001");
  const tag = headers.get("etag") ?? "";
  await service.database.fault({ kind: "cut_after", match: "change_lot_v1", times: 2 });
  const one = await patch(service, "A-0001", { state: "shipped" }, tag);
  // It was carried out by the first try, so that the version of the others is an old one.
  expect([one.status, one.json.state]).toEqual([200, "shipped"]);
  await service.database.fault({ kind: "cut_after", match: "change_lots_v1", times: 2 });
  const set = { state: "reserved" };
  const many = await change(service, { names: ["A-0002", "A-0003"], set });
  expect([many.status, many.json.changed]).toEqual([200, 2]);
  await service.database.fault(null);
  expect(await expectWholeHistory(service)).toBe(3);
});

test("a change is one request to the database", async () => {
  const service = await serviceWithLots(100);
  const set = { state: "shipped" };
  const range = { sequence: "s", first: 1, last: 100 };
  await change(service, { ...range, set });
  const before = await service.database.requests();
  await patch(service, "A-0001", { state: "available" });
  await change(service, { ...range, set: { state: "consumed" } });
  await change(service, { reservation: "s:1", set });
  await change(service, { names: ["A-0001", "A-0100"], set: { state: "reserved" } });
  await service.call("GET", "/v1/products/p/lots/A-0001");
  expect((await service.database.requests()) - before).toBe(5);
});

test("two requests with one key are carried out once", async () => {
  const service = await serviceWithLots(200);
  await service.database.fault({ kind: "delay_commit", ms: 1000 });
  const body = { sequence: "s", first: 1, last: 200, set: { state: "shipped" } };
  const answers = await Promise.all(Array.from({ length: 6 }, () => change(service, body, "k")));
  await service.database.fault(null);
  const codes = answers.map(({ json }) => json.code ?? json.changed);
  expect(new Set(codes)).toEqual(new Set([200, "request_in_flight"]));
  expect((await change(service, body, "k")).json.changed).toBe(200);
  expect(await expectWholeHistory(service)).toBe(200);
});

test("numbers with more lots than the limit change none", async () => {
  const service = await serviceWithLots(11);
  const changed = (limit: number, key: string) =>
    service.database.query<{ answer: { changed: number } }>(
      `select change_lots_v1(row(k.digest, '{lots:write}', null, null, null, null, null)::caller, $1, $2, '\\x00',
                '{"product": "p", "sequence": "s", "period": "", "first": 1, "last": 99}',
                '{"state": "shipped"}', null, null, $3) as answer
       from api_keys k where k.tenant = $1`,
      [service.tenant, key, limit],
    );
  const refused = { code: "SM001", message: "too_many_changes", detail: '{"limit": "10"}' };
  await expect(changed(10, "a")).rejects.toMatchObject(refused);
  expect(await expectWholeHistory(service)).toBe(0);
  expect((await changed(11, "b"))[0]?.answer.changed).toBe(11);
});

test("a large range is changed at once, and read back page by page", async () => {
  const service = await serviceForTest({ main: true });
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  const made = await postLots(service, [{ product: "p", count: 30_000 }]);
  const job = made.headers.get("location") ?? "";
  await eventually(async () => (await service.call("GET", job)).json.status === "done");
  const answer = await change(service, {
    sequence: "s",
    first: 5001,
    last: 25_000,
    set: { state: "shipped", location: "Dock" },
    party: "Northwind",
  });
  expect(answer.json).toEqual({ product: "p", changed: 20_000, unchanged: 0 });
  const numbers = async (query: string): Promise<number[]> => {
    const headers = { accept: "text/csv" };
    const { text } = await service.call("GET", `/v1/lots?${query}`, { headers });
    const lines = text.trimEnd().split("\r\n").slice(1);
    return lines.map((line) => Number(line.split(",")[2]));
  };
  const expected = Array.from({ length: 20_000 }, (_, index) => index + 5001);
  for (const query of [
    "state=shipped",
    "location=Dock",
    "party=Northwind",
    "product=p&state=shipped",
  ]) {
    const found = await numbers(query);
    expect(found.length, query).toBe(20_000);
    expect(
      found.toSorted((a, b) => a - b),
      query,
    ).toEqual(expected);
  }
  expect((await numbers("product=p&state=available")).length).toBe(10_000);
  await service.settled();
});

test("a change waits its turn for a while, and then says so", async () => {
  const service = await serviceWithLots(2);
  const session = service.database.session();
  await session.query("begin");
  await session.query("select from lots where tenant = $1 and name = 'A-0001' for update", [
    service.tenant,
  ]);
  const waiting = patch(service, "A-0001", { state: "shipped" });
  // Another lot is nobody's.
  expect((await patch(service, "A-0002", { state: "shipped" })).status).toBe(200);
  const answer = await waiting;
  expect([answer.status, answer.json.code]).toEqual([503, "lots_busy"]);
  expect(answer.headers.has("retry-after")).toBe(true);
  await session.close();
  expect(await expectWholeHistory(service)).toBe(1);
});

test("history is only ever appended to", async () => {
  const service = await serviceWithLots(1);
  await patch(service, "A-0001", { state: "shipped" });
  const session = service.database.session();
  await session.query("set session authorization serialmint_worker");
  for (const attempt of [
    "update lot_history set before = '{}'",
    "delete from lot_history",
    "update lot_changes set party = 'x'",
    "delete from lot_changes",
    "update lots set state = 'available'",
    `select change_lots('${service.tenant}', 'p', array['A-0001'], '{"state": "scrapped"}', 1, null, null)`,
  ]) {
    await expect(session.query(attempt), attempt).rejects.toMatchObject({ code: "42501" });
  }
  await session.close();
});

test("lots are taken from where they are, however many others a tenant has that the statistics do not know", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S-{000000}" });
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count: 3000 }]);
  await service.database.query("alter table lots set (autovacuum_enabled = off)");
  await service.database.query("analyze lots");
  const { tenant, key } = await service.createTenant();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{000000}" }, { key });
  await ok(service, "PUT", "/v1/products/p", { tracking: "serial", sequence: "s" }, { key });
  await postLots(service, [{ product: "p", count: 30_000 }], { key });
  const session = service.database.session();
  await session.query("begin");
  await session.query("set local role serialmint_rules");
  await session.query("select enter_tenant($1)", [tenant]);
  const places = `(select array_agg(ctid) from lots where tenant = entered_tenant() and product = 'p'
                   and name in ('S-000001', 'S-015000', 'S-030000'))`;
  /** Pages that a statement looks at. */
  const pages = async (statement: string): Promise<number> => {
    const [row] = await session.query<Record<string, unknown>>(
      `explain (analyze, buffers, format json) ${statement}`,
    );
    const text = JSON.stringify(row);
    const plans = [...text.matchAll(/Shared (?:Hit|Read) Blocks[\\"]+: *(\d+)/g)];
    return Math.max(...plans.map(([, blocks]) => Number(blocks)));
  };
  const found = await pages(`select ${places}`);
  for (const statement of [
    `select * from lots_at(${places})`,
    `select set_lots_at(${places}, '{"location": "A"}')`,
    `select delete_lots(entered_tenant(), ${places})`,
  ]) {
    expect((await pages(statement)) - found, statement).toBeLessThan(150);
  }
  await session.query("rollback");
  await session.close();
});

test("of what went to a party, changes of other products are not looked into", async () => {
  const service = await serviceForTest();
  await putProduct(service, "p");
  await putProduct(service, "q");
  await postLots(service, [{ product: "p", names: ["x"] }]);
  for (const state of ["shipped", "available", "shipped"]) {
    const changed = await patch(service, "x", { state, party: "acme", reference: "r" });
    expect(changed.status, changed.text).toBe(200);
  }
  const session = service.database.session();
  await session.query("begin");
  await session.query("select set_config('serialmint.tenant', $1, true)", [service.tenant]);
  for (const filter of [{ party: "acme" }, { reference: "r" }]) {
    const found = await session.query(
      `select * from lots_by_change_v1($1, jsonb_populate_record(null::lot_filter, $2::jsonb), 0, '', 10)`,
      [service.tenant, JSON.stringify({ ...filter, product: "q" })],
    );
    expect(found).toEqual([]);
  }
  const [scans] = await session.query(
    `select pg_stat_get_xact_numscans('lot_history'::regclass)::int as of_table,
            pg_stat_get_xact_numscans('lot_history_of_change'::regclass)::int as of_index`,
  );
  expect(scans).toEqual({ of_table: 0, of_index: 0 });
  await session.close();
});
