import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { TestTenant } from "../harness/database.ts";
import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;
let tenant: TestTenant;

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

/** Every test has a tenant of its own, with a product of each kind on one sequence. */
beforeEach(async () => {
  tenant = await service.createTenant();
  await send("PUT", "/v1/sequences/s", { pattern: "S-{0000}" });
  await product("SERIAL", { tracking: "serial" });
  await product("LOT", { tracking: "lot" });
  await product("NONE", { tracking: "none" });
});

const send = (method: string, path: string, body?: unknown, options: object = {}) =>
  ok(service, method, path, body, { key: tenant.key, ...options });

const product = (sku: string, body: object) =>
  send("PUT", `/v1/products/${sku}`, { sequence: "s", ...body });

const draft = (lines: object[], more: object = {}) =>
  send("POST", "/v1/counts", { lines, ...more });
const apply = (id: string, options: object = {}) =>
  call(service, "POST", `/v1/counts/${id}/apply`, { key: tenant.key, ...options });
const counted = async (...lines: object[]) => {
  const { id } = await draft(lines);
  const applied = await apply(id);
  expect(applied.status, applied.text).toBe(200);
  return applied.json;
};

const lotsOf = async (query: string): Promise<Record<string, unknown>[]> =>
  (await send("GET", `/v1/lots?limit=1000&${query}`)).data;
const rows = async (query: string) =>
  (await lotsOf(query)).map(({ name, quantity, location }) => [name, quantity, location]);
const lot = (sku: string, name: string) => send("GET", `/v1/products/${sku}/lots/${name}`);
const receive = (...lines: object[]) =>
  send("POST", "/v1/receipts", { reference: crypto.randomUUID(), lines });
const setLots = (condition: string, change: string) =>
  service.database.query(`update lots set ${change} where tenant = $1 and ${condition}`, [
    tenant.tenant,
  ]);

describe("a draft", () => {
  test("changes nothing, and shows what is recorded per product and location", async () => {
    await receive(
      { product: "SERIAL", quantity: 3, location: "A" },
      { product: "SERIAL", quantity: 4, location: "B" },
      { product: "SERIAL", quantity: 5 },
      { product: "LOT", quantity: "10.5", location: "A" },
    );
    const set = { state: "shipped" };
    await send("POST", "/v1/lots/changes", { product: "SERIAL", names: ["S-0001"], set });
    const made = await call(service, "POST", "/v1/counts", {
      key: tenant.key,
      body: {
        reference: "INV-1",
        at: "2026-11-21",
        lines: [
          { product: "SERIAL", location: "A", counted_quantity: 5 },
          { product: "SERIAL", location: "B", counted_quantity: "1" },
          { product: "SERIAL", counted_quantity: 5 },
          { product: "LOT", location: "A", counted_quantity: "10.25" },
          { product: "LOT", location: "B", counted_quantity: 0 },
          { product: "NONE", counted_quantity: "2.5" },
        ],
      },
    });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/v1/counts/${made.json.id}`);
    expect(made.json).toMatchObject({
      reference: "INV-1",
      status: "draft",
      at: "2026-11-21",
      applied_at: null,
      job: null,
    });
    const lines = made.json.lines.map((line: Record<string, unknown>) => [
      line["counted_quantity"],
      line["recorded"],
      line["difference"],
    ]);
    // Of the three at A one is shipped.
    expect(lines).toEqual([
      ["5", "2", "3"],
      ["1", "4", "-3"],
      ["5", "5", "0"],
      ["10.25", "10.5", "-0.25"],
      ["0", "0", "0"],
      ["2.5", "0", "2.5"],
    ]);
    expect(await send("GET", `/v1/counts/${made.json.id}`)).toEqual(made.json);
    expect(await lotsOf("")).toHaveLength(13);
    await receive({ product: "SERIAL", quantity: 2, location: "A" });
    const now = await send("GET", `/v1/counts/${made.json.id}`);
    expect(now.lines[0]).toMatchObject({ recorded: "4", difference: "1" });
  });

  test("with lots shows what is recorded of each, unless it has left", async () => {
    await receive({ product: "LOT", text: "a;5\nb;6\nc;7" });
    await setLots("name = 'b'", "state = 'reserved'");
    await setLots("name = 'c'", "state = 'shipped'");
    const { lines } = await draft(
      ["a", "b", "c", "d"].map((name) => ({ product: "LOT", lot: name, counted_quantity: 1 })),
    );
    expect(lines.map((line: { recorded: string }) => line.recorded)).toEqual(["5", "6", "0", "0"]);
  });

  test("counts names of every length and kind once", async () => {
    await send("PUT", "/v1/sequences/short", { pattern: "N{0}", start: 8 });
    await product("SHORT", { tracking: "lot", sequence: "short" });
    // N8 to N107 have one, two and three digits.
    await receive({ product: "SHORT", quantity: 100, quantity_per_lot: 1 });
    await receive({ product: "SHORT", text: "N10x;1000\nN9-a;2000" });
    const { lines } = await draft([{ product: "SHORT", counted_quantity: 0 }]);
    expect(lines[0].recorded).toBe("3100");
  });
});

describe("applying", () => {
  test("makes exactly as many serials as were counted without one, at their location", async () => {
    await receive({ product: "SERIAL", quantity: 2, location: "A" });
    const count = await counted(
      { product: "SERIAL", location: "A", counted_quantity: 3 },
      { product: "SERIAL", counted_quantity: 1 },
    );
    expect(count).toMatchObject({ status: "applied", job: { status: "done", total: 4, done: 4 } });
    expect(count.applied_at).not.toBeNull();
    expect(count.lines).toMatchObject([
      { recorded: "2", difference: "1", new_lots: 3, first_name: "S-0003", last_name: "S-0005" },
      { recorded: "0", difference: "1", new_lots: 1, first_name: "S-0006", last_name: "S-0006" },
    ]);
    expect(await rows(`job=${count.job.id}`)).toEqual([
      ["S-0003", "1", "A"],
      ["S-0004", "1", "A"],
      ["S-0005", "1", "A"],
      ["S-0006", "1", null],
    ]);
    // What was recorded before stays what it was.
    expect(await send("GET", `/v1/counts/${count.id}`)).toEqual(count);
  });

  test("makes one lot of what was counted without one", async () => {
    const count = await counted({ product: "LOT", location: "B", counted_quantity: "7.25" });
    expect(await rows(`job=${count.job.id}`)).toEqual([["S-0001", "7.25", "B"]]);
  });

  test("sets the lots that were counted, and makes those that are missing", async () => {
    await receive({ product: "LOT", text: "a;5\nb;6", location: "A" });
    const count = await counted(
      { product: "LOT", lot: "a", counted_quantity: "4.5", location: "B" },
      { product: "LOT", lot: "b", counted_quantity: 0 },
      { product: "LOT", lot: "new", counted_quantity: 9, location: "C" },
      { product: "LOT", lot: "never", counted_quantity: 0 },
    );
    expect(count.lines).toMatchObject([
      { recorded: "5", difference: "-0.5", new_lots: 0 },
      { recorded: "6", difference: "-6", new_lots: 0 },
      { recorded: "0", difference: "9", new_lots: 1, first_name: "new" },
      { recorded: "0", difference: "0", new_lots: 0 },
    ]);
    expect(await rows("product=LOT")).toEqual([
      ["a", "4.5", "B"],
      ["b", "0", "A"],
      ["new", "9", "C"],
    ]);
  });

  test("a serial is there or not", async () => {
    await receive({ product: "SERIAL", text: "x\ny\nz" });
    await setLots("name = 'z'", "state = 'shipped'");
    const count = await counted(
      { product: "SERIAL", lot: "x", counted_quantity: 0 },
      { product: "SERIAL", lot: "y", counted_quantity: 1 },
      { product: "SERIAL", lot: "z", counted_quantity: 1 },
      { product: "SERIAL", lot: "w", counted_quantity: 1 },
    );
    expect(count.lines.map((line: { difference: string }) => line.difference)).toEqual([
      "-1",
      "0",
      "1",
      "1",
    ]);
    expect(await lot("SERIAL", "x")).toMatchObject({ quantity: "0", state: "available" });
    expect(await lot("SERIAL", "z")).toMatchObject({ quantity: "1", state: "available" });
    expect(await lot("SERIAL", "w")).toMatchObject({ quantity: "1" });
    // Gone by the count, so it may come in again.
    await receive({ product: "SERIAL", text: "x" });
    expect((await lot("SERIAL", "x")).quantity).toBe("1");
  });

  test("counting fewer deletes nothing", async () => {
    await receive({ product: "SERIAL", quantity: 5 });
    const count = await counted({ product: "SERIAL", counted_quantity: 0 });
    expect(count.lines[0]).toMatchObject({ recorded: "5", difference: "-5", new_lots: 0 });
    expect(count.job).toBeNull();
    expect(await lotsOf("")).toHaveLength(5);
  });

  test("a line whose product has no sequence, or no tracking, is skipped and says so", async () => {
    await send("PUT", "/v1/products/BARE", { tracking: "serial" });
    const count = await counted(
      { product: "BARE", counted_quantity: 2 },
      { product: "NONE", counted_quantity: 3 },
      { product: "SERIAL", counted_quantity: 1 },
      { product: "BARE", lot: "by hand", counted_quantity: 1 },
    );
    expect(
      count.lines.map((line: Record<string, unknown>) => [line["skipped"], line["new_lots"]]),
    ).toEqual([
      ["product_without_sequence", 0],
      ["product_not_tracked", 0],
      [null, 1],
      [null, 1],
    ]);
    await send("PATCH", "/v1/settings", { default_sequence: "s" });
    expect((await counted({ product: "BARE", counted_quantity: 2 })).lines[0]).toMatchObject({
      skipped: null,
      first_name: "S-0002",
    });
  });

  test("takes the count's day, a line's fields and dates", async () => {
    await send("PUT", "/v1/sequences/dated", { pattern: "{field.plant}{YYYY}-{00}" });
    await product("DATED", {
      tracking: "serial",
      sequence: "dated",
      expiry: "required",
      shelf_life_days: 10,
    });
    const line = { product: "DATED", counted_quantity: 1, fields: { plant: "B" } };
    const { id } = await draft([line, { ...line, produced_on: "2025-02-20" }], {
      at: "2025-02-03",
    });
    await apply(id);
    expect(await lot("DATED", "B2025-01")).toMatchObject({ expires_on: "2025-02-13" });
    expect(await lot("DATED", "B2025-02")).toMatchObject({ expires_on: "2025-03-02" });
  });

  test("500,000 units in one line are a job", async () => {
    const { id } = await draft([{ product: "SERIAL", counted_quantity: 500_000 }]);
    const applied = await apply(id);
    expect([200, 202]).toContain(applied.status);
    expect(applied.json.lines[0]).toMatchObject({
      new_lots: 500_000,
      first_name: "S-0001",
      last_name: "S-500000",
    });
  });

  test("that is not waited for is answered with 202 at once", async () => {
    const { id: other } = await draft([{ product: "SERIAL", counted_quantity: 5 }]);
    const async = await apply(other, { headers: { prefer: "respond-async" } });
    expect([async.status, async.json.job.status]).toEqual([202, "running"]);
    expect(async.headers.get("location")).toBe(`/v1/counts/${other}`);
  });

  test("happens once: by the same key, by others, and at once", async () => {
    const { id } = await draft([
      { product: "SERIAL", counted_quantity: 3 },
      { product: "LOT", lot: "a", counted_quantity: 2 },
    ]);
    const all = await Promise.all(Array.from({ length: 5 }, () => apply(id)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    const first = await apply(id, { idempotencyKey: "k" });
    const replay = await apply(id, { idempotencyKey: "k" });
    expect([first.text, replay.text]).toEqual([all[0]?.text, all[0]?.text]);
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
    expect(await lotsOf("")).toHaveLength(4);
    // Nor when the product would now refuse it.
    await product("SERIAL", { tracking: "serial", expiry: "required" });
    expect((await apply(id)).text).toBe(all[0]?.text);
  });

  test("what is refused stays a draft", async () => {
    await send("POST", "/v1/sequences/s/reservations", { count: 5 });
    const { id } = await draft([
      { product: "SERIAL", counted_quantity: 1 },
      { product: "SERIAL", lot: "S-0003", counted_quantity: 1 },
    ]);
    const before = await state(service, tenant.tenant);
    const path = `/v1/counts/${id}/apply`;
    await refused(service, [409, "name_issued"], "POST", path, { key: tenant.key });
    await product("SERIAL", { tracking: "serial", expiry: "required" });
    const problem = await refused(service, [422, "expiry_required"], "POST", path, {
      key: tenant.key,
    });
    expect(problem.errors[0].pointer).toBe("/lines/0/expires_on");
    await product("SERIAL", { tracking: "serial" });
    const after = await state(service, tenant.tenant);
    expect({ ...Object(after), products: null }).toEqual({ ...Object(before), products: null });
    expect((await send("GET", `/v1/counts/${id}`)).status).toBe("draft");
  });

  test("a lot far beyond the counter is made when the jump is allowed", async () => {
    const { id } = await draft([
      { product: "SERIAL", counted_quantity: 1 },
      { product: "SERIAL", lot: "S-500000", counted_quantity: 1 },
    ]);
    const path = `/v1/counts/${id}/apply`;
    const json = { "content-type": "application/json" };
    for (const options of [{}, { body: {} }, { body: { allow_jump: false } }, { headers: json }]) {
      const problem = await refused(service, [409, "jump_too_far"], "POST", path, {
        key: tenant.key,
        ...options,
      });
      expect(problem).toMatchObject({ number: "500000", count: id });
      expect(problem.detail).toContain("apply the count with allow_jump: true");
      expect(problem.errors).toMatchObject([{ pointer: "/lines/1/lot", code: "jump_too_far" }]);
    }
    await refused(service, [422, "request_invalid"], "POST", path, {
      key: tenant.key,
      body: { jump: true },
    });
    const applied = await apply(id, { body: { allow_jump: true } });
    expect(applied.status, applied.text).toBe(200);
    expect(applied.json.lines[1]).toMatchObject({ new_lots: 1, first_name: "S-500000" });
    expect(await send("GET", "/v1/sequences/s")).toMatchObject({ next: "500002" });
  });

  test("a lot with another expiry date is refused", async () => {
    await product("MILK", { tracking: "lot", expiry: "optional" });
    await receive({ product: "MILK", lots: [{ name: "m", expires_on: "2027-01-01" }] });
    const line = { product: "MILK", lot: "m", counted_quantity: 3 };
    const { id } = await draft([{ ...line, expires_on: "2027-01-02" }]);
    await refused(service, [409, "expiry_differs"], "POST", `/v1/counts/${id}/apply`, {
      key: tenant.key,
    });
    await counted(line);
    expect(await lot("MILK", "m")).toMatchObject({ quantity: "3", expires_on: "2027-01-01" });
  });

  test("a receipt whose lots were counted otherwise is not cancelled", async () => {
    const { id } = await receive({ product: "LOT", text: "a;5" });
    await counted({ product: "LOT", lot: "a", counted_quantity: 4 });
    await refused(service, [409, "receipt_touched"], "POST", `/v1/receipts/${id}/cancel`, {
      key: tenant.key,
      body: { reason: "no" },
    });
  });
});

test("the list finds counts by reference and status", async () => {
  const first = await draft([{ product: "LOT", counted_quantity: 1 }], { reference: "INV" });
  const second = await draft([{ product: "LOT", counted_quantity: 1 }], { reference: "INV" });
  const third = await draft([{ product: "LOT", counted_quantity: 1 }]);
  await apply(second.id);
  const ids = async (query: string) =>
    (await send("GET", `/v1/counts?${query}`)).data.map((row: { id: string }) => row.id);
  expect(await ids("")).toEqual([first.id, second.id, third.id]);
  expect(await ids("reference=INV")).toEqual([first.id, second.id]);
  expect(await ids("status=draft")).toEqual([first.id, third.id]);
  expect(await ids("status=applied&reference=INV")).toEqual([second.id]);
  const page = await send("GET", "/v1/counts?limit=1");
  expect(page.has_more).toBe(true);
  expect(await ids(`limit=1&cursor=${page.next_cursor}`)).toEqual([second.id]);
});

test("a count belongs to its tenant", async () => {
  const { id } = await draft([{ product: "LOT", counted_quantity: 1 }]);
  tenant = await service.createTenant();
  const options = { key: tenant.key };
  await refused(service, [404, "count_not_found"], "GET", `/v1/counts/${id}`, options);
  await refused(service, [404, "count_not_found"], "POST", `/v1/counts/${id}/apply`, options);
});

test.each<[string, string, object]>([
  ["unknown_product", "/lines/0/product", { product: "NOWHERE" }],
  ["serial_fraction", "/lines/0/counted_quantity", { counted_quantity: "1.5" }],
  ["serial_out_of_range", "/lines/0/counted_quantity", { lot: "a", counted_quantity: 2 }],
  ["name_empty", "/lines/0/lot", { lot: " " }],
  ["name_too_long", "/lines/0/lot", { lot: "x".repeat(129) }],
  ["request_invalid", "/lines/0/counted_quantity", { counted_quantity: undefined }],
  ["request_invalid", "/lines/0/counted_quantity", { counted_quantity: -1 }],
  ["request_invalid", "/lines/0/counted_quantity", { counted_quantity: "1000000000000" }],
  ["request_invalid", "/lines/0/counted_quantity", { counted_quantity: true }],
  ["request_invalid", "/lines/0/location", { location: "x".repeat(201) }],
  ["request_invalid", "/lines/0/expires_on", { expires_on: "2026-02-30" }],
  ["request_invalid", "/lines/0/quantity", { quantity: 1 }],
])("%s at %s", async (code, pointer, line) => {
  const body = { lines: [{ product: "SERIAL", counted_quantity: 1, ...line }] };
  const problem = await refused(service, [422, code], "POST", "/v1/counts", {
    key: tenant.key,
    body,
  });
  expect(problem.errors[0].pointer).toBe(pointer);
});

test.each<[string, string, object]>([
  ["at_malformed", "/at", { at: "soon" }],
  ["request_invalid", "/reference", { reference: "" }],
  ["request_invalid", "/lines", { lines: [] }],
  [
    "request_invalid",
    "/lines",
    { lines: Array.from({ length: 1001 }, () => ({ product: "LOT", counted_quantity: 1 })) },
  ],
  [
    "name_repeated",
    "/lines/1/lot",
    { lines: [1, 2].map(() => ({ product: "LOT", lot: "a", counted_quantity: 1 })) },
  ],
])("of the count: %s at %s", async (code, pointer, more) => {
  const body = { lines: [{ product: "LOT", counted_quantity: 1 }], ...more };
  const problem = await refused(service, [422, code], "POST", "/v1/counts", {
    key: tenant.key,
    body,
  });
  expect(problem.errors[0].pointer).toBe(pointer);
});
