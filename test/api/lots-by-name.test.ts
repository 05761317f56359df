import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;
let key = "";

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

// Every test has a tenant of its own, so that each row begins with next 101.
beforeEach(async () => {
  ({ key } = await service.createTenant());
});

const send = (method: string, path: string, body?: unknown) =>
  ok(service, method, path, body, { key });
const product = async (body: object = { pattern: "ABC{0000000}", start: 101 }) => {
  await send("PUT", "/v1/sequences/abc", body);
  await send("PUT", "/v1/products/P", { tracking: "lot", sequence: "abc" });
  await send("PUT", "/v1/products/P2", { tracking: "lot", sequence: "abc" });
};
const lots = (items: object[], more: object = {}) => send("POST", "/v1/lots", { items, ...more });
const next = async () => (await send("GET", "/v1/sequences/abc")).next;
const recorded = async (query = "product=P") =>
  (await send("GET", `/v1/lots?limit=1000&${query}`)).data.map((lot: { name: string }) => lot.name);
const refusedLots = async (code: readonly [number, string], items: object[], more: object = {}) => {
  const tenant = (await send("GET", "/v1/settings")).tenant;
  const before = await state(service, tenant);
  const body = { items, ...more };
  const problem = await refused(service, code, "POST", "/v1/lots", { key, body });
  expect(await state(service, tenant)).toEqual(before);
  return problem;
};

describe("continuing from a first name", () => {
  const ccc = ["005", "006", "007", "008", "009", "010", "011", "012", "013", "014"];
  test.each<[string, number, string[], object?]>([
    ["001", 5, ["001", "002", "003", "004", "005"]],
    ["bilou-87", 10, names("bilou-", 2, 87, 96)],
    ["005-ccc", 10, ccc.map((digits) => `${digits}-ccc`)],
    ["code-xxx", 3, ["code-xxx0", "code-xxx1", "code-xxx2"]],
    ["998", 4, ["998", "999", "1000", "1001"]],
    [
      "AB12000010134CD",
      3,
      ["AB12000010134CD", "AB12000010234CD", "AB12000010334CD"],
      { prefix: "AB12", padding: 7, suffix: "34CD" },
    ],
    ["VND-4711-8", 3, ["VND-4711-8", "VND-4711-9", "VND-4711-10"]],
  ])("`%s`, %i", async (first, count, expected, sequence) => {
    await product(sequence);
    const job = await lots([{ product: "P", first_name: first, count }]);
    expect(job.items[0]).toMatchObject({ first_name: expected[0], last_name: expected.at(-1) });
    expect(await recorded()).toEqual(expected);
    // The counter moves only where the pattern reads the name: 101 to 103 of the sixth row.
    expect(await next()).toBe(sequence ? "104" : "101");
  });

  test("a blank first name or a count below 1 is refused", async () => {
    await product();
    const blank = [{ product: "P", first_name: " ", count: 1 }];
    expect((await refusedLots([422, "name_empty"], blank)).errors[0].pointer).toBe(
      "/items/0/first_name",
    );
    await refusedLots([422, "request_invalid"], [{ product: "P", first_name: "001", count: 0 }]);
    await refusedLots([422, "request_invalid"], [{ product: "P", first_name: "001" }]);
    const far = [{ product: "P", first_name: "X999999999999999999", count: 2 }];
    await refusedLots([422, "number_overflow"], far);
  });

  test("over a name that exists is refused, and left out when asked", async () => {
    await product();
    await lots([{ product: "P", names: ["X-2"] }]);
    const items = [{ product: "P", first_name: "X-1", count: 3 }];
    const problem = await refusedLots([409, "name_taken"], items);
    expect(problem.names).toEqual([{ product: "P", name: "X-2" }]);
    const job = await lots(items, { on_duplicate: "skip" });
    expect(job).toMatchObject({ status: "done", total: 3, done: 2, skipped: 1 });
    expect(await recorded()).toEqual(["X-2", "X-1", "X-3"]);
  });

  test("twice over the same names in one request is refused", async () => {
    await product();
    await refusedLots(
      [422, "name_repeated"],
      [
        { product: "P", first_name: "X-1", count: 3 },
        { product: "P", first_name: "X-3", count: 2 },
      ],
    );
  });
});

describe("names made by hand and the counter", () => {
  test("ABC0000101 to ABC0000120: 121", async () => {
    await product();
    await lots([{ product: "P", names: names("ABC", 7, 101, 120) }]);
    expect(await next()).toBe("121");
    expect(await send("GET", "/v1/products/P/lots/ABC0000110")).toMatchObject({
      number: "110",
      reservation: null,
    });
  });

  test("VND-4711-1, VND-4711-2: 101", async () => {
    await product();
    await lots([{ product: "P", names: ["VND-4711-1", "VND-4711-2"] }]);
    expect(await next()).toBe("101");
    expect((await send("GET", "/v1/products/P/lots/VND-4711-1")).number).toBeNull();
  });

  test("ABC0000150, then ABC0000120: 151, then 151", async () => {
    await product();
    await lots([{ product: "P", names: ["ABC0000150"] }]);
    expect(await next()).toBe("151");
    await lots([{ product: "P", names: ["ABC0000120"] }]);
    expect(await next()).toBe("151");
    expect(await recorded()).toEqual(["ABC0000150", "ABC0000120"]);
  });

  test("suffix /X: ABC0000150/X, then ABC0000160/Y: 151, then 151", async () => {
    await product({ prefix: "ABC", padding: 7, suffix: "/X", start: 101 });
    await lots([{ product: "P", names: ["ABC0000150/X"] }]);
    expect(await next()).toBe("151");
    await lots([{ product: "P", names: ["ABC0000160/Y"] }]);
    expect(await next()).toBe("151");
    const path = `/v1/products/P/lots/${encodeURIComponent("ABC0000150/X")}`;
    expect((await send("GET", path)).number).toBe("150");
  });

  test("two products on one sequence, ABC0000101 and ABC0000150 in one call: 151", async () => {
    await product();
    await lots([
      { product: "P", names: ["ABC0000101"] },
      { product: "P2", names: ["ABC0000150"] },
    ]);
    expect(await next()).toBe("151");
  });

  test("a count in the same call is drawn behind them", async () => {
    await product();
    const job = await lots([
      { product: "P", count: 2 },
      { product: "P", names: ["ABC0000110"] },
      { product: "P", first_name: "ABC0000120", count: 2 },
    ]);
    expect(job.items.map((item: { first_name: string }) => item.first_name)).toEqual([
      "ABC0000122",
      "ABC0000110",
      "ABC0000120",
    ]);
    expect(await next()).toBe("124");
  });

  test("more than 100,000 ahead needs allow_jump", async () => {
    await product();
    // 100,101 is 100,000 ahead of 101.
    const problem = await refusedLots(
      [409, "jump_too_far"],
      [{ product: "P", names: ["ABC0100102"] }],
    );
    expect(problem).toMatchObject({ next: "101", number: "100102", ahead: "100001" });
    await lots([{ product: "P", names: ["ABC0100101"] }]);
    expect(await next()).toBe("100102");
    // What one item may is not for the others.
    await refusedLots(
      [409, "jump_too_far"],
      [
        { product: "P", names: ["ABC8000000"], allow_jump: true },
        { product: "P", names: ["ABC7000000"] },
      ],
    );
    await lots([
      { product: "P", first_name: "ABC9000000", count: 2, allow_jump: true },
      { product: "P", names: ["ABC0100150"] },
    ]);
    expect(await next()).toBe("9000002");
  });

  test("a name that was issued and not recorded needs its reservation", async () => {
    await product();
    const { id } = await send("POST", "/v1/sequences/abc/reservations", { count: 5 });
    const issued = [409, "name_issued"] as const;
    const byHand = await refusedLots(issued, [{ product: "P", names: ["ABC0000103"] }]);
    expect(byHand).toMatchObject({ name: "ABC0000103", reservation: id });
    await refusedLots(issued, [{ product: "P", first_name: "ABC0000105", count: 3 }]);
    await lots([{ product: "P", reservation: id, first_name: "ABC0000103", count: 1 }]);
    await send("POST", `/v1/reservations/${id}/void`, { reason: "torn", first: 101, last: 101 });
    // Voided, so free to use.
    await lots([{ product: "P", names: ["ABC0000101"] }]);
    expect(await recorded()).toEqual(["ABC0000103", "ABC0000101"]);
  });
});

describe("duplicates", () => {
  test("are refused all or nothing, each named", async () => {
    await product();
    await lots([{ product: "P", names: ["one", "two"] }]);
    const items = [{ product: "P", names: ["two", "three", "ABC0000150"] }];
    const problem = await refusedLots([409, "name_taken"], items);
    expect(problem.names).toEqual([{ product: "P", name: "two" }]);
    // Another product may have the name.
    await lots([{ product: "P2", names: ["two"] }]);
  });

  test("are left out with skip, and listed", async () => {
    await product();
    await lots([{ product: "P", names: ["one", "two"] }]);
    const items = [{ product: "P", names: ["two", "three", "one"] }];
    const job = await lots(items, { on_duplicate: "skip" });
    expect(job).toMatchObject({ total: 3, done: 1, skipped: 2 });
    expect(job.items[0]).toMatchObject({ done: 1, skipped: 2 });
    expect(await recorded(`job=${job.id}`)).toEqual(["three"]);
    const { data } = await send("GET", `/v1/jobs/${job.id}/skipped`);
    expect(data.map((row: { name: string }) => row.name).toSorted()).toEqual(["one", "two"]);
  });

  test("within the request are refused", async () => {
    await product();
    const items = [
      { product: "P", names: ["x"] },
      { product: "P2", names: ["x"] },
      { product: "P", names: ["y", "x"] },
    ];
    const problem = await refusedLots([422, "name_repeated"], items);
    expect(problem.errors[0].pointer).toBe("/items/2/names/1");
  });
});

test.each<[string, string]>([
  ["", "name_empty"],
  [" x", "name_edge_space"],
  ["a\u0000b", "request_invalid"],
  ["a\tb", "name_character"],
  ["a\u202eb", "name_character"],
  ["a\u200bb", "name_character"],
  ["a\ufe0f", "name_character"],
  ["e\u0301", "name_not_nfc"],
  ["..", "name_reserved_dots"],
  ["x".repeat(129), "name_too_long"],
])("the name %j is refused: %s", async (name, code) => {
  await product();
  const problem = await refusedLots([422, code], [{ product: "P", names: ["fine", name] }]);
  expect(problem.errors[0].pointer).toBe("/items/0/names/1");
  expect(problem.detail).toMatch(/^[\x20-\x7e]+$/);
});

test("names of any script, with spaces and slashes, are found by their path", async () => {
  await product();
  const some = ["日本 1/2", "a%2Fb", "=1+1", "\u{1f600}", "x".repeat(128)];
  await lots([{ product: "P", names: some }]);
  for (const name of some) {
    const path = `/v1/products/P/lots/${encodeURIComponent(name)}`;
    expect((await send("GET", path)).name).toBe(name);
  }
});

const reserve = (count: number) =>
  send("POST", "/v1/sequences/abc/reservations", { count }).then((made) => made.id as string);

describe("a reservation", () => {
  test("is recorded whole, in its old form", async () => {
    await product();
    const id = await reserve(3);
    await send("PUT", "/v1/sequences/abc", { pattern: "NEW{00}", start: 101 });
    const job = await lots([{ product: "P", reservation: id }]);
    expect(job.items[0]).toMatchObject({ count: 3, reservation: id, first_name: "ABC0000101" });
    expect(await recorded(`reservation=${id}`)).toEqual(names("ABC", 7, 101, 103));
    expect(await next()).toBe("104");
    const problem = await refusedLots(
      [409, "reservation_used"],
      [{ product: "P2", reservation: id }],
    );
    expect(problem.open).toEqual([]);
  });

  test("is recorded in parts, by several products", async () => {
    await product();
    const id = await reserve(10);
    await lots([
      { product: "P", reservation: id, count: 2 },
      { product: "P2", reservation: id, first_name: "ABC0000105", count: 3 },
    ]);
    expect(await recorded("product=P")).toEqual(names("ABC", 7, 101, 102));
    expect(await recorded("product=P2")).toEqual(names("ABC", 7, 105, 107));
    const state = await send("GET", `/v1/reservations/${id}`);
    expect(state.open).toEqual([
      { first: "103", last: "104", count: 2 },
      { first: "108", last: "110", count: 3 },
    ]);
    const used = [409, "reservation_used"] as const;
    await refusedLots(used, [{ product: "P", reservation: id, count: 3 }]);
    await refusedLots(used, [
      { product: "P", reservation: id, first_name: "ABC0000104", count: 2 },
    ]);
  });

  test("of what is not there is refused", async () => {
    await product();
    const id = await reserve(3);
    const at = (item: object) => [{ product: "P", reservation: id, ...item }];
    await refusedLots([422, "unknown_reservation"], at({ reservation: "abc:102" }));
    await refusedLots([422, "first_name_not_reserved"], at({ first_name: "XYZ0000101" }));
    await refusedLots([422, "first_name_not_reserved"], at({ first_name: "ABC" }));
    await refusedLots([422, "reservation_range"], at({ first_name: "ABC0000104" }));
    await refusedLots([422, "reservation_range"], at({ count: 4 }));
  });

  test("records by number what its steps gave", async () => {
    await product({ pattern: "S{00}", increment: 5 });
    const id = await reserve(4);
    await lots([{ product: "P", reservation: id, first_name: "S06", count: 2 }]);
    expect(await recorded()).toEqual(["S06", "S11"]);
    await refusedLots(
      [422, "reservation_range"],
      [{ product: "P", reservation: id, first_name: "S07", count: 1 }],
    );
  });
});

const namesOf = (data: { name: string }[]) => data.map(({ name }) => name);

test(
  "100,000 names are one transaction, are listed as they were given, and one more is refused",
  { timeout: 120_000 },
  async () => {
    await product();
    const given = names("N", 6, 1, 100_000).toReversed();
    const body = { items: [{ product: "P", names: given }] };
    const made = await call(service, "POST", "/v1/lots", { key, body });
    expect([made.status, made.json.done]).toEqual([201, 100_000]);

    const first = await call(service, "GET", "/v1/lots?product=P&limit=3", { key });
    expect(namesOf(first.json.data)).toEqual(given.slice(0, 3));
    const after = `/v1/lots?product=P&limit=1000&cursor=${first.json.next_cursor}`;
    const next = await call(service, "GET", after, { key });
    expect(namesOf(next.json.data)).toEqual(given.slice(3, 1003));
    const csv = await service.call("GET", "/v1/lots?product=P", {
      key,
      headers: { accept: "text/csv" },
    });
    const lines = csv.text.trimEnd().split("\r\n").slice(1);
    expect(lines.map((line) => line.split(",")[1])).toEqual(given);
    // What a filter leaves stands far apart.
    const few = [given[5] ?? "", given[60_000] ?? "", given[99_999] ?? ""];
    await call(service, "POST", "/v1/lots/changes", {
      key,
      body: { product: "P", names: few, set: { location: "WH" } },
    });
    const found = await call(service, "GET", `/v1/lots?job=${made.json.id}&location=WH`, { key });
    expect(found.status, found.text).toBe(200);
    expect(namesOf(found.json.data).toSorted()).toEqual(few.toSorted());
    const items = [
      { product: "P", names: names("M", 6, 1, 50_000) },
      { product: "P2", names: names("M", 6, 1, 50_001) },
    ];
    await refusedLots([422, "too_many_names"], items);
  },
);
