import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { createService } from "../harness/service.ts";
import type { TestTenant } from "../harness/database.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;
let tenant: TestTenant;

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

/** Every test has a tenant of its own, with a product of each kind on one sequence. */
beforeEach(async () => {
  tenant = await service.createTenant();
  await send("PUT", "/v1/sequences/abc", { prefix: "ABC", padding: 7, start: 101 });
  await product("SERIAL", { tracking: "serial" });
  await product("LOT", { tracking: "lot" });
  await product("NONE", { tracking: "none" });
});

const send = (method: string, path: string, body?: unknown, options: object = {}) =>
  ok(service, method, path, body, { key: tenant.key, ...options });

const product = (sku: string, body: object) =>
  send("PUT", `/v1/products/${sku}`, { sequence: "abc", ...body });

const receive = (line: object, more: object = {}) =>
  send("POST", "/v1/receipts", { reference: crypto.randomUUID(), lines: [line], ...more });

/** Refused, and nothing is as if it had happened. */
async function refusedReceipt(problem: readonly [number, string], line: object, more: object = {}) {
  const before = await state(service, tenant.tenant);
  const body = { reference: crypto.randomUUID(), lines: [line], ...more };
  const options = { key: tenant.key, body };
  const told = await refused(service, problem, "POST", "/v1/receipts", options);
  expect(await state(service, tenant.tenant)).toEqual(before);
  return told;
}

const lotsOf = async (query: string): Promise<Record<string, unknown>[]> =>
  (await send("GET", `/v1/lots?limit=1000&${query}`)).data;

const namesOf = async (query: string) => (await lotsOf(query)).map(({ name }) => name);
const next = async () => (await send("GET", "/v1/sequences/abc")).next;
const lot = (sku: string, name: string) =>
  send("GET", `/v1/products/${sku}/lots/${encodeURIComponent(name)}`);

async function setLot(sku: string, name: string, change: string) {
  await service.database.query(
    `update lots set ${change} where tenant = $1 and product = $2 and name = $3`,
    [tenant.tenant, sku, name],
  );
}

const namedLots = (...some: string[]) => some.map((name) => ({ name }));

const milk = (expires_on?: string) => ({ product: "MILK", lots: [{ name: "m", expires_on }] });

const cancel = (id: string) => send("POST", `/v1/receipts/${id}/cancel`, { reason: "sent twice" });
const refusedCancel = async (id: string, problem: readonly [number, string]) => {
  const before = await state(service, tenant.tenant);
  const options = { key: tenant.key, body: { reason: "sent twice" } };
  const told = await refused(service, problem, "POST", `/v1/receipts/${id}/cancel`, options);
  expect(await state(service, tenant.tenant)).toEqual(before);
  return told;
};

describe("generated names", () => {
  test("serial: one lot a unit, at the line's location", async () => {
    const made = await call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      body: {
        reference: "DN-1",
        at: "2026-11-21",
        lines: [{ product: "SERIAL", quantity: 3, location: "A-1", attributes: { colour: "red" } }],
      },
    });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      reference: "DN-1",
      status: "received",
      at: "2026-11-21",
      cancelled_at: null,
      reason: null,
      lines: [
        {
          product: "SERIAL",
          quantity: "3",
          quantity_per_lot: null,
          location: "A-1",
          attributes: { colour: "red" },
          new_lots: 3,
          first_name: "ABC0000101",
          last_name: "ABC0000103",
          grown_lots: 0,
          grown: [],
        },
      ],
      job: { status: "done", total: 3, done: 3 },
    });
    expect(made.headers.get("location")).toBe(`/v1/receipts/${made.json.id}`);
    expect(await send("GET", `/v1/receipts/${made.json.id}`)).toEqual(made.json);
    const lots = await lotsOf(`receipt=${made.json.id}`);
    expect(
      lots.map(({ name, quantity, location, attributes }) => [
        name,
        quantity,
        location,
        attributes,
      ]),
    ).toEqual(names("ABC", 7, 101, 103).map((name) => [name, "1", "A-1", { colour: "red" }]));
    expect(await next()).toBe("104");
  });

  test("lot: one lot", async () => {
    const { id } = await receive({ product: "LOT", quantity: "2.5" });
    const lots = await lotsOf(`receipt=${id}`);
    expect(lots.map(({ name, quantity }) => [name, quantity])).toEqual([["ABC0000101", "2.5"]]);
  });

  test("tracking lot, quantity 25, quantity_per_lot 10: 10, 10, 5", async () => {
    const { id, lines } = await receive({ product: "LOT", quantity: 25, quantity_per_lot: 10 });
    expect((await lotsOf(`receipt=${id}`)).map(({ name, quantity }) => [name, quantity])).toEqual([
      ["ABC0000101", "10"],
      ["ABC0000102", "10"],
      ["ABC0000103", "5"],
    ]);
    expect(lines[0]).toMatchObject({
      new_lots: 3,
      first_name: "ABC0000101",
      last_name: "ABC0000103",
    });
  });

  test.each([
    [20, 10, ["10", "10"]],
    [3, 10, ["3"]],
    ["0.7", "0.3", ["0.3", "0.3", "0.1"]],
  ])("%s by %s", async (quantity, quantity_per_lot, quantities) => {
    const { id } = await receive({ product: "LOT", quantity, quantity_per_lot });
    expect((await lotsOf(`receipt=${id}`)).map((row) => row["quantity"])).toEqual(quantities);
  });

  test("none: no lots, the line is kept", async () => {
    const made = await call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      body: { reference: "DN-2", lines: [{ product: "NONE", quantity: "7.5" }] },
    });
    expect([made.status, made.json.job]).toEqual([201, null]);
    expect(made.json.lines[0]).toMatchObject({ quantity: "7.5", new_lots: 0, first_name: null });
    expect(await lotsOf(`receipt=${made.json.id}`)).toEqual([]);
  });

  test("of several lines keep to their products, from one draw of each sequence", async () => {
    const made = await send("POST", "/v1/receipts", {
      reference: "DN-3",
      lines: [
        { product: "SERIAL", quantity: 2 },
        { product: "NONE", quantity: 1 },
        { product: "LOT", quantity: 25, quantity_per_lot: 20 },
        { product: "SERIAL", lots: [{ name: "by hand" }] },
      ],
    });
    const rows = made.lines.map((line: Record<string, unknown>) => [
      line["new_lots"],
      line["first_name"],
      line["last_name"],
    ]);
    expect(rows).toEqual([
      [2, "ABC0000101", "ABC0000102"],
      [0, null, null],
      [2, "ABC0000103", "ABC0000104"],
      [1, "by hand", "by hand"],
    ]);
  });

  test("come from the tenant's default sequence, else are refused", async () => {
    await send("PUT", "/v1/products/BARE", { tracking: "serial" });
    const line = { product: "BARE", quantity: 1 };
    const problem = await refusedReceipt([422, "product_without_sequence"], line);
    expect(problem.errors[0].pointer).toBe("/lines/0/product");
    await send("PATCH", "/v1/settings", { default_sequence: "abc" });
    expect((await receive(line)).lines[0].first_name).toBe("ABC0000101");
  });

  test("take the receipt's day and the line's fields", async () => {
    await send("PUT", "/v1/sequences/dated", { pattern: "{field.plant}-{YYYY}{MM}-{000}" });
    await product("DATED", { tracking: "serial", sequence: "dated" });
    const line = { product: "DATED", quantity: 2, fields: { plant: "B7" } };
    const { lines } = await receive(line, { at: "2025-02-03" });
    expect(lines[0].last_name).toBe("B7-202502-002");
    const problem = await refusedReceipt([422, "field_missing"], { product: "DATED", quantity: 1 });
    expect(problem.errors[0].pointer).toBe("/lines/0/fields");
  });
});

describe("continued from a first name", () => {
  test.each([
    ["001", 5, ["001", "002", "003", "004", "005"]],
    ["bilou-87", 10, names("bilou-", 2, 87, 96)],
    ["005-ccc", 10, Array.from({ length: 10 }, (_, n) => `${String(5 + n).padStart(3, "0")}-ccc`)],
    ["code-xxx", 3, ["code-xxx0", "code-xxx1", "code-xxx2"]],
    ["998", 4, ["998", "999", "1000", "1001"]],
    ["VND-4711-8", 3, ["VND-4711-8", "VND-4711-9", "VND-4711-10"]],
  ])("%s, %i", async (first_name, quantity, wanted) => {
    const { id } = await receive({ product: "SERIAL", quantity, first_name });
    expect(await namesOf(`receipt=${id}`)).toEqual(wanted);
    expect(await next()).toBe("101");
  });

  test("AB12000010134CD, 3; pattern prefix AB12, width 7, suffix 34CD", async () => {
    await send("PUT", "/v1/sequences/ab", { prefix: "AB12", padding: 7, suffix: "34CD" });
    await product("AB", { tracking: "serial", sequence: "ab" });
    const { id } = await receive({ product: "AB", quantity: 3, first_name: "AB12000010134CD" });
    expect(await namesOf(`receipt=${id}`)).toEqual([
      "AB12000010134CD",
      "AB12000010234CD",
      "AB12000010334CD",
    ]);
  });

  test("the lots of a quantity_per_lot, with its remainder", async () => {
    const line = { product: "LOT", quantity: 25, quantity_per_lot: 10, first_name: "L-08" };
    const { id, lines } = await receive(line);
    expect((await lotsOf(`receipt=${id}`)).map(({ name, quantity }) => [name, quantity])).toEqual([
      ["L-08", "10"],
      ["L-09", "10"],
      ["L-10", "5"],
    ]);
    expect(lines[0]).toMatchObject({ new_lots: 3, first_name: "L-08", last_name: "L-10" });
  });

  test("a blank first name is refused", async () => {
    const line = { product: "SERIAL", quantity: 1, first_name: " " };
    const problem = await refusedReceipt([422, "name_empty"], line);
    expect(problem.errors[0].pointer).toBe("/lines/0/first_name");
  });
});

describe("the counter and names made by hand", () => {
  test("ABC0000101 to ABC0000120: 121", async () => {
    await receive({ product: "SERIAL", lots: namedLots(...names("ABC", 7, 101, 120)) });
    expect(await next()).toBe("121");
  });

  test("VND-4711-1, VND-4711-2: 101", async () => {
    await receive({ product: "SERIAL", lots: namedLots("VND-4711-1", "VND-4711-2") });
    expect(await next()).toBe("101");
  });

  test("ABC0000150, then ABC0000120: 151, then 151", async () => {
    await receive({ product: "SERIAL", text: "ABC0000150" });
    expect(await next()).toBe("151");
    await receive({ product: "SERIAL", text: "ABC0000120" });
    expect(await next()).toBe("151");
  });

  test("suffix /X: ABC0000150/X, then ABC0000160/Y: 151, then 151", async () => {
    await send("PUT", "/v1/sequences/x", { prefix: "ABC", padding: 7, suffix: "/X", start: 101 });
    await product("X", { tracking: "serial", sequence: "x" });
    await receive({ product: "X", lots: namedLots("ABC0000150/X") });
    expect((await send("GET", "/v1/sequences/x")).next).toBe("151");
    await receive({ product: "X", lots: namedLots("ABC0000160/Y") });
    expect((await send("GET", "/v1/sequences/x")).next).toBe("151");
  });

  test("two products on one sequence, ABC0000101 and ABC0000150 in one call: 151", async () => {
    await send("POST", "/v1/receipts", {
      reference: "two",
      lines: [
        { product: "SERIAL", lots: namedLots("ABC0000101") },
        { product: "LOT", lots: namedLots("ABC0000150") },
      ],
    });
    expect(await next()).toBe("151");
  });

  test("more than 100,000 ahead needs allow_jump", async () => {
    const line = { product: "SERIAL", lots: namedLots("ABC0100102") };
    await refusedReceipt([409, "jump_too_far"], line);
    await receive({ ...line, allow_jump: true });
    expect(await next()).toBe("100103");
  });

  test("a name that was issued and not recorded needs its reservation", async () => {
    await send("POST", "/v1/sequences/abc/reservations", { count: 5 });
    const line = { product: "SERIAL", lots: namedLots("ABC0000103") };
    expect((await refusedReceipt([409, "name_issued"], line)).reservation).toBe("abc:101");
  });
});

describe("pasted", () => {
  test("abc-235, abc-237, abc-238, abc-282, abc-301 with blank lines: five, in order", async () => {
    const text = "\nabc-235\n\nabc-237\n\n\nabc-238\nabc-282\nabc-301\n";
    const { id } = await receive({ product: "SERIAL", quantity: 5, text });
    expect(await namesOf(`receipt=${id}`)).toEqual([
      "abc-235",
      "abc-237",
      "abc-238",
      "abc-282",
      "abc-301",
    ]);
  });

  test("abc;4, def: abc, which exists, grows by 4, def is new with 1", async () => {
    await receive({ product: "LOT", lots: [{ name: "abc", quantity: 10 }] });
    const { id, lines } = await receive({ product: "LOT", text: "abc;4\ndef" });
    expect(lines[0]).toMatchObject({
      quantity: "5",
      new_lots: 1,
      first_name: "def",
      grown_lots: 1,
      grown: [{ name: "abc", quantity: "4", quantity_before: "10", state_before: "available" }],
    });
    expect((await lot("LOT", "abc")).quantity).toBe("14");
    expect((await lot("LOT", "def")).quantity).toBe("1");
    expect(await namesOf(`receipt=${id}`)).toEqual(["def", "abc"]);
  });

  test("lot-03;8;2005-02-01: 8, expires 2005-02-01", async () => {
    await product("DATED", { tracking: "lot", expiry: "optional" });
    await receive({ product: "DATED", quantity: 8, text: "lot-03;8;2005-02-01" });
    expect(await lot("DATED", "lot-03")).toMatchObject({ quantity: "8", expires_on: "2005-02-01" });
  });

  test("a date on a product without expiry is ignored", async () => {
    await receive({ product: "LOT", text: "lot-03;8;2005-02-01" });
    expect(await lot("LOT", "lot-03")).toMatchObject({ quantity: "8", expires_on: null });
  });

  test("L3;8;2005-13-45 is refused with its line number", async () => {
    const line = { product: "LOT", text: "L1;2\n\nL3;8;2005-13-45\nL4" };
    const problem = await refusedReceipt([422, "text_unusable"], line);
    expect(problem.line).toBe(3);
    expect(problem.detail).toContain("2005-13-45");
    expect(problem.errors[0].pointer).toBe("/lines/0/text");
  });

  test("a serial in stock is refused", async () => {
    await receive({ product: "SERIAL", text: "S1\nS2" });
    const problem = await refusedReceipt([409, "serial_in_stock"], {
      product: "SERIAL",
      text: "S0\nS2",
    });
    expect(problem.names).toEqual([{ product: "SERIAL", name: "S2", state: "available" }]);
  });

  test("what has :: and is no range is refused with its line", async () => {
    const lines = [
      ["U-07\nU-08::U-10", 2],
      ["SNZ-01::SNZ-03", 1],
      ["ABC::3", 1],
    ] as const;
    for (const [text, line] of lines) {
      const problem = await refusedReceipt([422, "text_unusable"], { product: "SERIAL", text });
      expect(problem).toMatchObject({ line, errors: [{ pointer: "/lines/0/text" }] });
      expect(problem.detail).toContain("SN-01::10");
    }
  });

  test("SN-01::10: SN-01 to SN-10", async () => {
    const { id } = await receive({ product: "SERIAL", quantity: 10, text: "SN-01::10" });
    expect(await namesOf(`receipt=${id}`)).toEqual(names("SN-", 2, 1, 10));
  });

  test("tabs and spaces as sheets have them, and Windows' line ends", async () => {
    const { id } = await receive({ product: "LOT", text: "A\t2\r\n B ; 3.50 \r\n\r\n" });
    expect((await lotsOf(`receipt=${id}`)).map(({ name, quantity }) => [name, quantity])).toEqual([
      ["A", "2"],
      ["B", "3.5"],
    ]);
  });

  test("nothing at all is refused", async () => {
    await refusedReceipt([422, "text_unusable"], { product: "LOT", text: " \n\t\n" });
  });
});

describe("given lots", () => {
  test("the only lot of a line takes its quantity", async () => {
    await receive({ product: "LOT", quantity: "12.5", lots: [{ name: "one" }] });
    expect((await lot("LOT", "one")).quantity).toBe("12.5");
  });

  test("quantities that do not add up are refused with both sums", async () => {
    const line = {
      product: "LOT",
      quantity: 10,
      lots: [
        { name: "a", quantity: "4.5" },
        { name: "b", quantity: "4" },
      ],
    };
    const problem = await refusedReceipt([422, "quantities_differ"], line);
    expect(problem).toMatchObject({ quantity: "10", lots_quantity: "8.5" });
    expect(problem.detail).toContain("8.5");
    expect(problem.detail).toContain("10");
    expect(problem.errors[0].pointer).toBe("/lines/0/quantity");
    await refusedReceipt([422, "quantities_differ"], {
      product: "SERIAL",
      quantity: 3,
      lots: [{ name: "a" }, { name: "b" }],
    });
  });

  test("a serial has the quantity 1", async () => {
    const line = { product: "SERIAL", lots: [{ name: "a" }, { name: "b", quantity: 2 }] };
    const problem = await refusedReceipt([422, "serial_quantity"], line);
    expect(problem.errors[0].pointer).toBe("/lines/0/lots/1/quantity");
    await receive({ product: "SERIAL", quantity: 1, lots: [{ name: "a", quantity: 1 }] });
  });

  test("the same name twice is refused, in one line and in two", async () => {
    const twice = [{ name: "x" }, { name: "x" }];
    const problem = await refusedReceipt([422, "name_repeated"], { product: "LOT", lots: twice });
    expect(problem.detail).toContain("with the sum of the quantities");
    expect(problem.errors[0].pointer).toBe("/lines/0/lots/1/name");
    const line = { product: "LOT", lots: [{ name: "x" }] };
    await refusedReceipt([422, "name_repeated"], line, { lines: [line, line] });
  });

  test("each name is checked where it stands", async () => {
    const line = { product: "LOT", lots: [{ name: "fine" }, { name: "a\tb" }] };
    const problem = await refusedReceipt([422, "name_character"], line);
    expect(problem.errors[0].pointer).toBe("/lines/0/lots/1/name");
  });
});

describe("expiry dates", () => {
  test("shelf life from produced_on, else from at", async () => {
    await product("MILK", { tracking: "lot", expiry: "required", shelf_life_days: 10 });
    await receive(
      { product: "MILK", quantity: 1, produced_on: "2026-02-20" },
      { at: "2026-03-01" },
    );
    // 2026 has 28 days in February.
    expect(await lot("MILK", "ABC0000101")).toMatchObject({
      produced_on: "2026-02-20",
      expires_on: "2026-03-02",
    });
    await receive({ product: "MILK", quantity: 1 }, { at: "2026-03-01T23:00:00Z" });
    expect((await lot("MILK", "ABC0000102")).expires_on).toBe("2026-03-11");
    await receive({ product: "MILK", quantity: 1, expires_on: "2026-12-24" });
    expect((await lot("MILK", "ABC0000103")).expires_on).toBe("2026-12-24");
  });

  test("required and neither given nor computed: refused; each lot may have its own", async () => {
    await product("CHEESE", { tracking: "lot", expiry: "required" });
    const problem = await refusedReceipt([422, "expiry_required"], {
      product: "CHEESE",
      lots: [{ name: "a", expires_on: "2027-01-01" }, { name: "b" }],
    });
    expect(problem.errors[0].pointer).toBe("/lines/0/expires_on");
    await receive({
      product: "CHEESE",
      lots: [
        { name: "a", expires_on: "2027-01-01" },
        { name: "b", expires_on: "2027-01-02" },
      ],
    });
    expect((await lot("CHEESE", "b")).expires_on).toBe("2027-01-02");
  });

  test("on a product without them a given one is refused", async () => {
    await refusedReceipt([422, "expiry_not_kept"], {
      product: "LOT",
      quantity: 1,
      expires_on: "2027-01-01",
    });
    const lots = [{ name: "a", expires_on: "2027-01-01" }];
    const problem = await refusedReceipt([422, "expiry_not_kept"], { product: "LOT", lots });
    expect(problem.errors[0].pointer).toBe("/lines/0/lots/0/expires_on");
  });
});

describe("lots that are there", () => {
  beforeEach(async () => {
    await product("MILK", { tracking: "lot", expiry: "optional" });
    await receive({
      product: "MILK",
      lots: [{ name: "m", quantity: 5, expires_on: "2027-01-01" }],
    });
  });

  test("another expiry date is refused, the same one and none are not", async () => {
    const problem = await refusedReceipt([409, "expiry_differs"], milk("2027-01-02"));
    expect(problem).toMatchObject({ name: "m", expires_on: "2027-01-01", given: "2027-01-02" });
    await receive(milk("2027-01-01"));
    await receive(milk());
    expect(await lot("MILK", "m")).toMatchObject({ quantity: "7", expires_on: "2027-01-01" });
    await refusedReceipt([409, "expiry_differs"], {
      product: "MILK",
      expires_on: "2027-06-01",
      text: "m;2",
    });
  });

  test("a lot that has left is available again, at the line's location", async () => {
    await setLot("MILK", "m", "state = 'shipped', location = 'DOCK'");
    await receive({ product: "MILK", lots: [{ name: "m", quantity: 2 }], location: "B-2" });
    expect(await lot("MILK", "m")).toMatchObject({
      quantity: "7",
      state: "available",
      location: "B-2",
    });
  });

  test("a lot that is in stock stays where it is, and reserved", async () => {
    await setLot("MILK", "m", "state = 'reserved', location = 'A-1'");
    await receive({ product: "MILK", lots: [{ name: "m", quantity: 2 }], location: "B-2" });
    expect(await lot("MILK", "m")).toMatchObject({ state: "reserved", location: "A-1" });
  });

  test("a shipped serial comes back", async () => {
    await receive({ product: "SERIAL", text: "S1\nS2\nS3" });
    await setLot("SERIAL", "S2", "state = 'shipped'");
    const { lines, job } = await receive({ product: "SERIAL", text: "S2", location: "RETURNS" });
    expect(lines[0]).toMatchObject({
      new_lots: 0,
      grown_lots: 1,
      grown: [{ name: "S2", quantity: "1", quantity_before: "1", state_before: "shipped" }],
    });
    expect(job).toBeNull();
    expect(await lot("SERIAL", "S2")).toMatchObject({
      quantity: "1",
      state: "available",
      location: "RETURNS",
    });
  });

  test.each(["available", "reserved", "consumed", "scrapped"])(
    "a serial that is %s is refused",
    async (held) => {
      await receive({ product: "SERIAL", text: "S1" });
      await setLot("SERIAL", "S1", `state = '${held}'`);
      const problem = await refusedReceipt([409, "serial_in_stock"], {
        product: "SERIAL",
        text: "S1",
      });
      expect(problem.names).toEqual([{ product: "SERIAL", name: "S1", state: held }]);
    },
  );

  test("names that go on from a first one may be there too", async () => {
    await receive({ product: "LOT", quantity: 2, quantity_per_lot: 1, first_name: "L-1" });
    await receive({ product: "LOT", quantity: 3, quantity_per_lot: 1, first_name: "L-2" });
    expect((await lotsOf("product=LOT")).map(({ name, quantity }) => [name, quantity])).toEqual([
      ["L-1", "1"],
      ["L-2", "2"],
      ["L-3", "1"],
      ["L-4", "1"],
    ]);
  });
});

describe("the reference", () => {
  const body = { reference: "DN-7", lines: [{ product: "SERIAL", quantity: 2 }] };
  const post = (more: object = {}, options: object = {}) =>
    call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      body: { ...body, ...more },
      ...options,
    });

  test("the same body again: 200 with the receipt; another: 409", async () => {
    const first = await post();
    const again = await post();
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.json).toEqual(first.json);
    expect(again.headers.get("location")).toBe(`/v1/receipts/${first.json.id}`);
    const other = await post({ at: "2026-01-01" });
    expect([other.status, other.json.code, other.json.receipt]).toEqual([
      409,
      "receipt_exists",
      first.json.id,
    ]);
    expect(await next()).toBe("103");
  });

  test("the same body stays answered when it would be refused as things are now", async () => {
    const first = await post();
    await product("SERIAL", { tracking: "serial", expiry: "required" });
    const again = await post();
    expect([again.status, again.json.id]).toEqual([200, first.json.id]);
    expect((await post({ reference: "DN-8" })).json.code).toBe("expiry_required");
  });

  test("each key has its own answer, and the replay of a 200 is a 200", async () => {
    const first = await post({}, { idempotencyKey: "a" });
    await post({}, { idempotencyKey: "b" });
    const replays = [
      await post({}, { idempotencyKey: "a" }),
      await post({}, { idempotencyKey: "b" }),
    ];
    expect(replays.map(({ status }) => status)).toEqual([201, 200]);
    for (const replay of replays) {
      expect(replay.headers.get("idempotent-replayed")).toBe("true");
      expect(replay.text).toBe(first.text);
    }
  });

  test("is free again when the receipt is cancelled", async () => {
    const first = await post();
    await send("POST", `/v1/receipts/${first.json.id}/cancel`, { reason: "wrong" });
    const second = await post();
    expect(second.status).toBe(201);
    expect(second.json.lines[0].first_name).toBe("ABC0000103");
    const all = await send("GET", "/v1/receipts?reference=DN-7");
    expect(all.data.map((row: { status: string }) => row.status)).toEqual([
      "cancelled",
      "received",
    ]);
    expect((await send("GET", "/v1/receipts?status=received")).data).toHaveLength(1);
    expect((await send("GET", "/v1/receipts?status=cancelled")).data[0]).toMatchObject({
      id: first.json.id,
      lines: 1,
      reason: "wrong",
      job: first.json.job.id,
    });
  });

  test("belongs to its tenant", async () => {
    const first = await post();
    tenant = await service.createTenant();
    await send("PUT", "/v1/sequences/abc", { pattern: "Z-{00}" });
    await product("SERIAL", { tracking: "serial" });
    const second = await post();
    expect([second.status, second.json.lines[0].first_name]).toEqual([201, "Z-01"]);
    await refused(service, [404, "receipt_not_found"], "GET", `/v1/receipts/${first.json.id}`, {
      key: tenant.key,
    });
  });
});

test("the list comes as CSV too", async () => {
  const { id, job } = await receive(
    { product: "LOT", quantity: 1 },
    { reference: "=DN", at: "2026-11-21" },
  );
  const options = { key: tenant.key, headers: { accept: "text/csv" } };
  const { text } = await call(service, "GET", "/v1/receipts", options);
  const [header, row] = text.split("\r\n");
  expect(header).toBe("id,reference,status,at,lines,job,created_at,cancelled_at,reason");
  expect(row).toMatch(new RegExp(`^${id},"'=DN",received,2026-11-21,1,${job.id},.*,,$`));
});

describe("cancelling", () => {
  test("takes the lots away and voids the numbers, with the reason", async () => {
    const { id } = await send("POST", "/v1/receipts", {
      reference: "DN-9",
      lines: [
        { product: "SERIAL", quantity: 3 },
        { product: "LOT", quantity: 25, quantity_per_lot: 10 },
        { product: "LOT", lots: [{ name: "by hand" }, { name: "ABC0000150" }] },
      ],
    });
    expect(await lotsOf("")).toHaveLength(8);
    const cancelled = await cancel(id);
    expect(cancelled).toMatchObject({ id, status: "cancelled", reason: "sent twice" });
    expect(cancelled.cancelled_at).not.toBeNull();
    expect(await lotsOf("")).toEqual([]);
    const { data } = await send("GET", "/v1/sequences/abc/ledger");
    const kinds = data.map((row: Record<string, unknown>) => [
      row["kind"],
      row["first"],
      row["last"],
      row["reason"],
    ]);
    // 101 to 150 passed for the name made elsewhere; then 3 serials and 3 lots.
    expect(kinds).toEqual([
      ["skip", "101", "150", "names made elsewhere"],
      ["reserved", "151", "153", null],
      ["void", "151", "153", "sent twice"],
      ["reserved", "154", "155", null],
      ["void", "154", "155", "sent twice"],
      ["reserved", "156", "156", null],
      ["void", "156", "156", "sent twice"],
    ]);
    expect(await send("GET", "/v1/sequences/abc/account")).toMatchObject({
      passed: "56",
      reserved: "6",
      voided: "6",
      taken: "0",
      open: "0",
      skipped: "50",
      burned: "0",
    });
    // Names made elsewhere are free again, and so are the voided ones.
    await receive({ product: "LOT", lots: [{ name: "by hand" }, { name: "ABC0000150" }] });
    await receive({ product: "SERIAL", text: "ABC0000152" });
    expect(await next()).toBe("157");
    await refusedCancel(id, [409, "receipt_wrong_state"]);
  });

  test("undoes growth and returns", async () => {
    await receive({ product: "LOT", lots: [{ name: "m", quantity: 5 }], location: "A-1" });
    await receive({ product: "SERIAL", text: "S1" });
    await setLot("SERIAL", "S1", "state = 'shipped', location = 'OUT'");
    const { id } = await send("POST", "/v1/receipts", {
      reference: "DN-10",
      lines: [
        { product: "LOT", text: "m;2.5\nn" },
        { product: "SERIAL", text: "S1", location: "RETURNS" },
      ],
    });
    await cancel(id);
    expect(await lot("LOT", "m")).toMatchObject({ quantity: "5", location: "A-1" });
    expect(await lot("SERIAL", "S1")).toMatchObject({ state: "shipped", location: "OUT" });
    expect(await namesOf("product=LOT")).toEqual(["m"]);
  });

  test.each([
    ["a lot of another state", "LOT", "new", "state = 'shipped'"],
    ["a lot of another quantity", "LOT", "new", "quantity = 1"],
    ["a grown lot of another quantity", "LOT", "m", "quantity = quantity - 1"],
    ["a serial that was shipped", "SERIAL", "ABC0000101", "state = 'shipped'"],
  ])("is refused when there is %s", async (_, sku, name, change) => {
    await receive({ product: "LOT", lots: [{ name: "m", quantity: 5 }] });
    const { id } = await send("POST", "/v1/receipts", {
      reference: "DN-11",
      lines: [
        { product: "SERIAL", quantity: 2 },
        { product: "LOT", text: "m;2\nnew;3" },
      ],
    });
    await setLot(sku, name, change);
    const problem = await refusedCancel(id, [409, "receipt_touched"]);
    expect(problem).toMatchObject({ receipt: id, total: 1, lots: [{ product: sku, name }] });
    expect(problem.detail).toContain(name);
  });

  test("is refused for lots that were out and came back, or that moved", async () => {
    const made = await receive({ product: "SERIAL", text: "S1\nS2" });
    const set = (state: string) =>
      send("PATCH", "/v1/products/SERIAL/lots/S1", { state }, { headers: { "if-match": "*" } });
    await set("shipped");
    await set("available");
    const problem = await refusedCancel(made.id, [409, "receipt_touched"]);
    expect(problem).toMatchObject({ total: 1, lots: [{ name: "S1" }] });
    // Setting them back does not help, as this one shows.
    expect(problem.detail).toContain("The receipt stays");
    expect(problem.detail).not.toContain("back");

    await receive({ product: "LOT", lots: [{ name: "m", quantity: 5 }] });
    const grown = await receive({ product: "LOT", lots: [{ name: "m", quantity: 2 }] });
    const change = { product: "LOT", names: ["m"], set: { attributes: { bay: "7" } } };
    await send("POST", "/v1/lots/changes", change);
    await refusedCancel(grown.id, [409, "receipt_touched"]);
  });

  test("is refused as long as a later receipt has touched its lots", async () => {
    const first = await receive({ product: "LOT", lots: [{ name: "m", quantity: 5 }] });
    const second = await receive({ product: "LOT", lots: [{ name: "m", quantity: 2 }] });
    const third = await receive({ product: "LOT", lots: [{ name: "m", quantity: 1 }] });
    await refusedCancel(first.id, [409, "receipt_touched"]);
    await refusedCancel(second.id, [409, "receipt_touched"]);
    await cancel(third.id);
    await cancel(second.id);
    expect((await lot("LOT", "m")).quantity).toBe("5");
    await cancel(first.id);
    expect(await lotsOf("")).toEqual([]);
  });

  test("is refused for a serial that was shipped and came back since", async () => {
    const first = await receive({ product: "SERIAL", text: "S1" });
    await setLot("SERIAL", "S1", "state = 'shipped'");
    await receive({ product: "SERIAL", text: "S1" });
    await refusedCancel(first.id, [409, "receipt_touched"]);
  });

  test("lists ten of the lots and counts all", async () => {
    const { id } = await receive({ product: "SERIAL", quantity: 30 });
    await service.database.query("update lots set state = 'shipped' where tenant = $1", [
      tenant.tenant,
    ]);
    const problem = await refusedCancel(id, [409, "receipt_touched"]);
    expect(problem.total).toBe(30);
    expect(problem.lots).toHaveLength(10);
  });

  test("stops a job that is running, and takes what it has recorded", async () => {
    const made = await call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      headers: { prefer: "respond-async" },
      body: { reference: "big", lines: [{ product: "SERIAL", quantity: 100_000 }] },
    });
    expect(made.status).toBe(202);
    await send("POST", `/v1/receipts/${made.json.id}/cancel`, { reason: "too many" });
    const cancelled = await send("GET", `/v1/receipts/${made.json.id}`);
    expect(["cancelled", "done"]).toContain(cancelled.job.status);
    await service.settled();
    expect(await lotsOf("")).toEqual([]);
    expect(await send("GET", "/v1/sequences/abc/account")).toMatchObject({
      passed: "100000",
      voided: "100000",
      taken: "0",
    });
  });

  test("is answered again by its key", async () => {
    const { id } = await receive({ product: "SERIAL", quantity: 1 });
    const options = { key: tenant.key, idempotencyKey: "c", body: { reason: "no" } };
    const first = await call(service, "POST", `/v1/receipts/${id}/cancel`, options);
    const replay = await call(service, "POST", `/v1/receipts/${id}/cancel`, options);
    expect([first.status, replay.status, replay.text]).toEqual([200, 200, first.text]);
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
  });

  test("of what is not there: 404", async () => {
    const id = "019345ab-0000-7000-8000-000000000000";
    const options = { key: tenant.key, body: { reason: "no" } };
    await refused(
      service,
      [404, "receipt_not_found"],
      "POST",
      `/v1/receipts/${id}/cancel`,
      options,
    );
    await refused(service, [404, "receipt_not_found"], "GET", `/v1/receipts/${id}`, {
      key: tenant.key,
    });
  });
});

describe("a large receipt", () => {
  test("of 500,000 units works like one of 5: the same names, the same answer", async () => {
    const { lines } = await receive({ product: "SERIAL", quantity: 5 });
    expect(lines[0]).toMatchObject({ first_name: "ABC0000101", last_name: "ABC0000105" });
    const big = await call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      body: { reference: "big", lines: [{ product: "SERIAL", quantity: 500_000 }] },
    });
    expect([201, 202]).toContain(big.status);
    expect(big.json.lines[0]).toMatchObject({
      new_lots: 500_000,
      first_name: "ABC0000106",
      last_name: "ABC0500105",
    });
    await service.settled();
    const now = await send("GET", big.headers.get("location") ?? "");
    expect(Object.keys(now)).toEqual(Object.keys(big.json));
    if (big.status === 201) expect(now.job).toMatchObject({ status: "done", done: 500_000 });
  });

  test("that is not waited for: 202 at once, with the names", async () => {
    const made = await call(service, "POST", "/v1/receipts", {
      key: tenant.key,
      headers: { prefer: "respond-async" },
      body: { reference: "async", lines: [{ product: "SERIAL", quantity: 5 }] },
    });
    expect(made.status).toBe(202);
    expect(made.headers.get("retry-after")).toBe("1");
    expect(made.json.lines[0]).toMatchObject({ first_name: "ABC0000101" });
    expect(made.json.job.status).toBe("running");
  });

  test("of 100,000 given names is one transaction, and one more is refused", async () => {
    const { job } = await receive({ product: "SERIAL", text: "N-000001::100000" });
    expect(job).toMatchObject({ status: "done", done: 100_000 });
    await refusedReceipt([422, "too_many_names"], {
      product: "LOT",
      first_name: "M-1",
      quantity: 100_001,
      quantity_per_lot: 1,
    });
    await refusedReceipt([422, "text_unusable"], { product: "LOT", text: "M-1::100001" });
  });
});

test.each<[string, string, object]>([
  ["unknown_product", "/lines/0/product", { product: "NOWHERE", quantity: 1 }],
  ["serial_fraction", "/lines/0/quantity", { product: "SERIAL", quantity: "1.5" }],
  [
    "serial_quantity",
    "/lines/0/quantity_per_lot",
    { product: "SERIAL", quantity: 4, quantity_per_lot: 2 },
  ],
  ["too_many_lots", "", { product: "SERIAL", quantity: 10_000_001 }],
  [
    "too_many_lots",
    "",
    { product: "LOT", quantity: 999_999_999_999, quantity_per_lot: "0.000001" },
  ],
  ["product_not_tracked", "/lines/0/text", { product: "NONE", text: "a" }],
  ["product_not_tracked", "/lines/0/first_name", { product: "NONE", quantity: 1, first_name: "a" }],
  ["request_invalid", "/lines/0/quantity", { product: "LOT" }],
  ["request_invalid", "/lines/0/quantity", { product: "LOT", quantity: 0 }],
  ["request_invalid", "/lines/0/quantity", { product: "LOT", quantity: -1 }],
  ["request_invalid", "/lines/0/quantity", { product: "LOT", quantity: "0.0000001" }],
  ["request_invalid", "/lines/0/quantity", { product: "LOT", quantity: "1e3" }],
  ["request_invalid", "/lines/0/lots", { product: "LOT", lots: [] }],
  ["request_invalid", "/lines/0/text", { product: "LOT", lots: [{ name: "a" }], text: "a" }],
  [
    "request_invalid",
    "/lines/0/lots",
    { product: "LOT", quantity: 1, lots: [{ name: "a" }], first_name: "a" },
  ],
  [
    "request_invalid",
    "/lines/0/quantity_per_lot",
    { product: "LOT", text: "a", quantity_per_lot: 1 },
  ],
  [
    "request_invalid",
    "/lines/0/expires_on",
    { product: "LOT", quantity: 1, expires_on: "2026-02-30" },
  ],
  [
    "request_invalid",
    "/lines/0/produced_on",
    { product: "LOT", quantity: 1, produced_on: "yesterday" },
  ],
  ["request_invalid", "/lines/0/location", { product: "LOT", quantity: 1, location: "" }],
  [
    "request_invalid",
    "/lines/0/location",
    { product: "LOT", quantity: 1, location: "x".repeat(201) },
  ],
  ["request_invalid", "/lines/0/color", { product: "LOT", quantity: 1, color: "red" }],
  ["request_invalid", "/lines/0/lots/0/name", { product: "LOT", lots: [{}] }],
  ["name_too_long", "/lines/0/lots/0/name", { product: "LOT", lots: [{ name: "x".repeat(129) }] }],
])("%s at %s", async (code, pointer, line) => {
  const problem = await refusedReceipt([422, code], line);
  if (pointer !== "") expect(problem.errors[0].pointer).toBe(pointer);
});

test.each<[string, string, object]>([
  ["at_malformed", "/at", { at: "yesterday" }],
  ["at_without_offset", "/at", { at: "2026-11-21T10:00:00" }],
  ["request_invalid", "/reference", { reference: "" }],
  ["request_invalid", "/reference", { reference: "x".repeat(201) }],
  ["request_invalid", "/reference", { reference: " x" }],
  ["request_invalid", "/lines", { lines: [] }],
  [
    "request_invalid",
    "/lines",
    { lines: Array.from({ length: 1001 }, () => ({ product: "LOT", quantity: 1 })) },
  ],
  ["request_invalid", "/on_duplicate", { on_duplicate: "skip" }],
])("of the receipt: %s at %s", async (code, pointer, more) => {
  const problem = await refusedReceipt([422, code], { product: "LOT", quantity: 1 }, more);
  expect(problem.errors[0].pointer).toBe(pointer);
});
