import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, rowsInPages, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{000}", start: 998 });
  await ok(service, "PUT", "/v1/products/P", { tracking: "serial", sequence: "s" });
  await ok(service, "PUT", "/v1/products/Q", { tracking: "lot", sequence: "s" });
  await ok(service, "POST", "/v1/lots", {
    // S-998 to S-1003, S-1004 and S-1005.
    items: [
      { product: "P", count: 6 },
      { product: "Q", count: 2 },
    ],
  });
});
afterAll(() => service.close());

const record = (product: string, item: object) =>
  ok(service, "POST", "/v1/lots", { items: [{ product, ...item }] });

/** Opens a recall over these parts and gives its address. */
async function recallOf(...covers: object[]): Promise<string> {
  const body = { reference: "R-1", reason: "cracked housing", covers };
  const opened = await call(service, "POST", "/v1/recalls", { body });
  expect(opened.status, opened.text).toBe(201);
  const location = opened.headers.get("location") ?? "";
  expect(await ok(service, "GET", location)).toEqual(opened.json);
  return location;
}

/** What a recall over a span of time covers of product `T`. */
async function spanned(span: object): Promise<string[]> {
  return covered(await recallOf({ product: "T", ...span }));
}

interface Row {
  product: string;
  name: string;
}

/** The lots of a recall, which have to be the same in pages of any size and as a stream. */
async function rowsOf(recall: string): Promise<Row[]> {
  const path = `${recall}/lots`;
  const whole = (await ok(service, "GET", `${path}?limit=1000`)).data;
  for (const limit of [1, 3]) {
    expect(await rowsInPages(service, `${path}?limit=${limit}`)).toEqual(whole);
  }
  return whole;
}

const covered = async (recall: string) =>
  (await rowsOf(recall)).map(({ product, name }) => `${product}/${name}`);

/** Sets the time of a job and its lots to an hour of 1 January 2026. */
async function setHour(job: string, hour: number): Promise<void> {
  const time = `2026-01-01T0${hour}:00:00Z`;
  await service.database.query(
    "update jobs set created_at = $1, started_at = $1, finished_at = $1 where id = $2::uuid",
    [time, job],
  );
  await service.database.query(
    `update lots l set created_at = $1 from job_items i
     where i.job = $2::uuid and l.tenant = i.tenant and l.item = i.id`,
    [time, job],
  );
}

const change = (product: string, some: string[], set: object, occasion: object = {}) =>
  ok(service, "POST", "/v1/lots/changes", { product, names: some, set, ...occasion });

describe("a recall covers", () => {
  test("numbers of a sequence, in their order", async () => {
    const recall = await recallOf({ product: "P", sequence: "s", first: 999, last: 1001 });
    expect(await covered(recall)).toEqual(["P/S-999", "P/S-1000", "P/S-1001"]);
    // The other product of the sequence has the numbers behind.
    const all = { sequence: "s", first: 0, last: 5000 };
    expect(await covered(await recallOf({ product: "Q", ...all }))).toEqual([
      "Q/S-1004",
      "Q/S-1005",
    ]);
    const both = await recallOf({ product: "Q", ...all }, { product: "P", ...all });
    expect(await covered(both)).toEqual([
      "Q/S-1004",
      "Q/S-1005",
      "P/S-998",
      "P/S-999",
      "P/S-1000",
      "P/S-1001",
      "P/S-1002",
      "P/S-1003",
    ]);
  });

  test("numbers that are recorded later, or made elsewhere", async () => {
    const recall = await recallOf({ product: "P", sequence: "s", first: 1006, last: 1010 });
    expect(await covered(recall)).toEqual([]);
    await record("P", { names: ["S-1008", "S-1012", "S-01008"] });
    await record("P", { names: ["S-1007"] });
    expect(await covered(recall)).toEqual(["P/S-1007", "P/S-1008"]);
  });

  test("a reservation, whole or in part, of one product", async () => {
    const held = await ok(service, "POST", "/v1/sequences/s/reservations", { count: 4 });
    const { id, first_name: first } = held;
    expect(first).toBe("S-1013");
    await record("P", { reservation: id, count: 3 });
    await record("Q", { reservation: id });
    expect(await covered(await recallOf({ product: "P", reservation: id }))).toEqual(
      names("P/S-", 4, 1013, 1015),
    );
    const part = { product: "P", reservation: id, first: 1014 };
    expect(await covered(await recallOf(part))).toEqual(names("P/S-", 4, 1014, 1015));
  });

  test("names, in their order", async () => {
    const recall = await recallOf({ product: "P", names: ["S-999", "S-1002", "S-01008"] });
    expect(await covered(recall)).toEqual(["P/S-01008", "P/S-1002", "P/S-999"]);
    expect((await ok(service, "GET", recall)).covers).toEqual([
      { product: "P", names: ["S-01008", "S-1002", "S-999"] },
    ]);
  });

  test("what was recorded in a span of time, in the order of creation", async () => {
    await ok(service, "PUT", "/v1/products/T", { tracking: "lot", sequence: "s" });
    for (const [hour, item] of [{ names: ["z", "a"] }, { count: 2 }, { names: ["m"] }].entries()) {
      const { id } = await record("T", item);
      await setHour(id, hour);
    }
    const [hour0, hour1, hour2] = [["T/z", "T/a"], names("T/S-", 4, 1017, 1018), ["T/m"]];
    const [from, to] = ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"];
    // The beginning is within, the end is not.
    expect(await spanned({ created_from: from, created_to: to })).toEqual(hour1);
    expect(await spanned({ created_from: from })).toEqual([...(hour1 ?? []), ...(hour2 ?? [])]);
    expect(await spanned({ created_to: to })).toEqual([...(hour0 ?? []), ...(hour1 ?? [])]);
    const around = {
      created_from: "2025-12-31T23:59:59.999Z",
      created_to: "2026-01-01T00:00:00.001Z",
    };
    expect(await spanned(around)).toEqual(hour0);
    // An hour east of UTC it is the same moment.
    expect(await spanned({ created_from: "2026-01-01T03:00:00+01:00" })).toEqual(hour2);
    expect(await spanned({ created_from: "2026-01-01T02:00:00.001Z" })).toEqual([]);
  });

  test("a lot once, however many of its parts do", async () => {
    const recall = await recallOf(
      { product: "P", names: ["S-1001", "S-999"] },
      { product: "P", sequence: "s", first: 999, last: 1002 },
      { product: "P", reservation: "s:998", first: 1000, last: 1003 },
      { product: "P", created_to: "2999-01-01T00:00:00Z" },
      { product: "P", created_from: "2000-01-01T00:00:00Z" },
    );
    const first = ["P/S-1001", "P/S-999", "P/S-1000", "P/S-1002", "P/S-1003"];
    const all = await covered(recall);
    expect(all.slice(0, 5)).toEqual(first);
    expect(new Set(all).size).toBe(all.length);
    const { data } = await ok(service, "GET", "/v1/lots?product=P&limit=1000");
    expect(all.toSorted()).toEqual(data.map((lot: Row) => `P/${lot.name}`).toSorted());
  });

  test("what is the same number in forms of two widths once", async () => {
    const put = (pattern: string) =>
      ok(service, "PUT", "/v1/sequences/w", { pattern, start: 9999 });
    await put("W{0000}");
    await ok(service, "PUT", "/v1/products/W", { tracking: "lot", sequence: "w" });
    await record("W", { count: 2 });
    await put("W{00}");
    await record("W", { count: 1 });
    const recall = await recallOf({ product: "W", sequence: "w", first: 0, last: 99_999 });
    expect(await covered(recall)).toEqual(["W/W9999", "W/W10000", "W/W10001"]);
  });
});

test("a recall tells where each lot went, and changes none", async () => {
  const recall = await recallOf({ product: "P", sequence: "s", first: 998, last: 1000 });
  const before = await ok(service, "GET", "/v1/products/P/lots/S-998");
  await change("P", ["S-998", "S-999"], { state: "shipped" }, { party: "Ann", reference: "SO-1" });
  await change("P", ["S-999"], { state: "available", location: "Dock" }, { party: "Ann" });
  const rows = await rowsOf(recall);
  const { data } = await ok(service, "GET", "/v1/products/P/lots/S-998/history");
  const lot = { product: "P", quantity: "1", expires_on: null };
  const went = { party: "Ann", reference: "SO-1", shipped_at: data[0].at };
  const nowhere = { party: null, reference: null, shipped_at: null };
  expect(rows).toEqual([
    { ...lot, name: "S-998", state: "shipped", location: null, ...went },
    { ...lot, name: "S-999", state: "available", location: "Dock", ...went },
    { ...lot, name: "S-1000", state: "available", location: null, ...nowhere },
  ]);
  await change("P", ["S-998"], { state: "available" });
  expect(await ok(service, "GET", "/v1/products/P/lots/S-998")).toEqual(before);

  const csv = await call(service, "GET", `${recall}/lots`, { headers: { accept: "text/csv" } });
  expect(csv.text.split("\r\n").slice(0, 2)).toEqual([
    "product,name,state,quantity,location,expires_on,party,reference,shipped_at",
    `P,S-998,available,1,,,Ann,SO-1,${data[0].at}`,
  ]);
  const lines = await call(service, "GET", `${recall}/lots`, {
    headers: { accept: "application/x-ndjson" },
  });
  expect(lines.text.trimEnd().split("\n")).toHaveLength(3);
});

test("a recall is closed once, with a reason, and then covers nothing new", async () => {
  const covers = [{ product: "P", sequence: "s", first: 1100, last: 1199 }];
  const body = { reference: "R-2", reason: "wrong label", covers };
  const opened = await ok(service, "POST", "/v1/recalls", body);
  expect(opened).toEqual({
    id: opened.id,
    reference: "R-2",
    reason: "wrong label",
    status: "open",
    opened_at: opened.opened_at,
    opened_by: "first key",
    closed_at: null,
    closed_by: null,
    closing_reason: null,
    covers: [{ product: "P", sequence: "s", series: null, first: "1100", last: "1199" }],
  });
  const path = `/v1/recalls/${opened.id}`;
  await record("P", { names: ["S-1100"] });
  const options = { body: { reason: "all are back" }, idempotencyKey: "close" };
  const closed = await call(service, "POST", `${path}/close`, options);
  expect(closed.status).toBe(200);
  expect(closed.json).toEqual({
    ...opened,
    status: "closed",
    closed_at: closed.json.closed_at,
    closed_by: "first key",
    closing_reason: "all are back",
  });
  await record("P", { names: ["S-1101"] });
  expect(await covered(path)).toEqual(["P/S-1100"]);

  const again = await call(service, "POST", `${path}/close`, options);
  expect([again.status, again.text]).toEqual([200, closed.text]);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  const problem = await refused(service, [409, "recall_closed"], "POST", `${path}/close`, {
    body: { reason: "again" },
  });
  expect(problem).toMatchObject({ recall: opened.id, closed_at: closed.json.closed_at });
  expect(await ok(service, "GET", path)).toEqual(closed.json);
});

test("recalls are a list, by their opening, of all or of one status", async () => {
  const list = async (query: string) =>
    (await ok(service, "GET", `/v1/recalls?limit=1000&${query}`)).data;
  const all = await list("");
  const ids = all.map((row: { id: string }) => row.id);
  expect(ids).toEqual(ids.toSorted());
  const closed = await list("status=closed");
  expect(closed.map((row: { reference: string }) => row.reference)).toEqual(["R-2"]);
  expect(await list("status=open")).toHaveLength(all.length - 1);
  const { covers: _, ...row } = await ok(service, "GET", `/v1/recalls/${closed[0].id}`);
  expect(closed[0]).toEqual(row);
  const page = await ok(service, "GET", "/v1/recalls?limit=1");
  const next = await ok(service, "GET", `/v1/recalls?limit=1&cursor=${page.next_cursor}`);
  expect([...page.data, ...next.data]).toEqual(all.slice(0, 2));
});

test("a repeated request opens one recall, and tells how it stands now", async () => {
  const covers = [{ product: "P", names: ["S-998"] }];
  const options = { body: { reference: "R-3", reason: "x", covers }, idempotencyKey: "open" };
  const first = await call(service, "POST", "/v1/recalls", options);
  await ok(service, "POST", `/v1/recalls/${first.json.id}/close`, { reason: "a slip" });
  const before = await state(service);
  const again = await call(service, "POST", "/v1/recalls", options);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect([again.status, again.headers.get("location")]).toEqual([
    201,
    first.headers.get("location"),
  ]);
  expect(again.json).toMatchObject({ id: first.json.id, status: "closed" });
  expect(await state(service)).toEqual(before);
});

test("a recall that cannot be opened is refused, and nothing is kept of it", async () => {
  const before = await state(service);
  const refusal = async (code: string, part: object) => {
    const covers = [{ product: "P", names: ["S-998"] }, part];
    const body = { reference: "R", reason: "x", covers };
    return refused(service, [422, code], "POST", "/v1/recalls", { body });
  };
  await refusal("unknown_product", { product: "NONE", created_from: "2026-01-01T00:00:00Z" });
  const missing = await refusal("unknown_lots", { product: "P", names: ["S-998", "no"] });
  expect(missing).toMatchObject({ product: "P", names: ["no"], total: 1 });
  await refusal("unknown_sequence", { product: "P", sequence: "none", first: 1, last: 2 });
  await refusal("unknown_series", {
    product: "P",
    sequence: "s",
    series: "2026",
    first: 1,
    last: 2,
  });
  await refusal("unknown_reservation", { product: "P", reservation: "s:1" });
  await refusal("reservation_range", { product: "P", reservation: "s:998", last: 2000 });
  const twice = await refusal("name_repeated", { product: "P", names: ["S-998", "S-998"] });
  expect(twice.errors[0].pointer).toBe("/covers/1/names/1");
  for (const part of [
    { product: "P" },
    { product: "P", created_from: "2026-01-01" },
    { product: "P", created_from: "2026-01-01T00:00:00" },
    { product: "P", created_from: "2026-01-02T00:00:00Z", created_to: "2026-01-01T00:00:00Z" },
    { product: "P", created_from: "2026-01-01T00:00:00Z", names: ["S-998"] },
    { product: "P", names: ["S-998"], sequence: "s", first: 1, last: 2 },
    { product: "P", receipt: "D-1" },
    { created_from: "2026-01-01T00:00:00Z" },
  ]) {
    const problem = await refusal("request_invalid", part);
    expect(problem.errors[0].pointer, JSON.stringify(part)).toMatch(/^\/covers\/1/);
  }
  for (const body of [
    { reference: "R", reason: "x", covers: [] },
    { reference: "R", covers: [{ product: "P", names: ["S-998"] }] },
    { reason: "x", covers: [{ product: "P", names: ["S-998"] }] },
    {
      reference: "R",
      reason: "x",
      covers: Array.from({ length: 101 }, () => ({ product: "P", names: ["S-998"] })),
    },
  ]) {
    await refused(service, [422, "request_invalid"], "POST", "/v1/recalls", { body });
  }
  expect(await state(service)).toEqual(before);
});

test("a recall that does not exist: 404", async () => {
  const none = "/v1/recalls/00000000-0000-7000-8000-000000000000";
  await refused(service, [404, "recall_not_found"], "GET", none);
  await refused(service, [404, "recall_not_found"], "GET", `${none}/lots`);
  const options = { body: { reason: "x" } };
  await refused(service, [404, "recall_not_found"], "POST", `${none}/close`, options);
  await refused(service, [404, "path_names_nothing"], "GET", "/v1/recalls/none");
});
