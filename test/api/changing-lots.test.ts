import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{000}", start: 991 });
  await ok(service, "PUT", "/v1/products/P", { tracking: "serial", sequence: "s" });
  await ok(service, "PUT", "/v1/products/LOT", { tracking: "lot", expiry: "required" });
  // S-991 to S-1010.
  await ok(service, "POST", "/v1/lots", { items: [{ product: "P", count: 20 }] });
});
afterAll(() => service.close());

const path = "/v1/lots/changes";

const change = (body: object, idempotencyKey?: string) =>
  call(service, "POST", path, {
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

/** The outcome of a change that has to succeed. */
const changed = async (body: object) => {
  const answer = await change(body);
  expect(answer.status, answer.text).toBe(200);
  return [answer.json.changed, answer.json.unchanged];
};

/** The names of a product's lots at a location. */
const at = async (location: string, product = "P") =>
  (
    await ok(service, "GET", `/v1/lots?product=${product}&location=${location}&limit=1000`)
  ).data.map((lot: { name: string }) => lot.name);

const lastChange = async (name: string) =>
  (await ok(service, "GET", `/v1/products/P/lots/${name}/history`)).data.at(-1);

describe("by names", () => {
  test("changes those and no others, and says how many were so already", async () => {
    const body = {
      product: "P",
      names: ["S-993", "S-1001", "S-991"],
      set: { state: "shipped", location: "names" },
      reference: "SO-1",
      party: "Northwind",
    };
    expect((await change(body)).json).toEqual({ product: "P", changed: 3, unchanged: 0 });
    expect(await at("names")).toEqual(["S-1001", "S-991", "S-993"]);
    const more = { ...body, names: [...body.names, "S-992"] };
    expect((await change(more)).json).toEqual({ product: "P", changed: 1, unchanged: 3 });
    const { data } = await ok(service, "GET", "/v1/products/P/lots/S-993/history");
    expect(data).toEqual([
      {
        at: data[0].at,
        api_key: "first key",
        reference: "SO-1",
        party: "Northwind",
        before: { state: "available", location: null },
        after: { state: "shipped", location: "names" },
      },
    ]);
  });

  test("tells of each lot what became different of it alone", async () => {
    await changed({ product: "P", names: ["S-1009"], set: { location: "X" } });
    const set = { state: "reserved", location: "X" };
    expect(await changed({ product: "P", names: ["S-1009", "S-1010"], set })).toEqual([2, 0]);
    expect(await lastChange("S-1009")).toMatchObject({
      before: { state: "available" },
      after: { state: "reserved" },
    });
    expect(await lastChange("S-1010")).toMatchObject({
      before: { state: "available", location: null },
      after: { state: "reserved", location: "X" },
    });
  });

  test("that do not exist changes nothing, and tells the first few of them", async () => {
    const before = await state(service);
    const missing = names("NO-", 2, 1, 12);
    const body = {
      product: "P",
      names: ["S-995", ...missing, "S-996"],
      set: { state: "consumed" },
    };
    const problem = await refused(service, [422, "unknown_lots"], "POST", path, { body });
    expect(problem).toMatchObject({ product: "P", names: missing.slice(0, 10), total: 12 });
    // Letter case counts, and a lot of another product is none of this one.
    for (const name of ["s-995", "S-0995"]) {
      const one = { ...body, names: [name] };
      await refused(service, [422, "unknown_lots"], "POST", path, { body: one });
    }
    const other = { ...body, product: "LOT", names: ["S-995"] };
    await refused(service, [422, "unknown_lots"], "POST", path, { body: other });
    expect(await state(service)).toEqual(before);
  });

  test("that stand twice is refused", async () => {
    const body = { product: "P", names: ["S-995", "S-996", "S-995"], set: { state: "consumed" } };
    const problem = await refused(service, [422, "name_repeated"], "POST", path, { body });
    expect(problem.errors[0].pointer).toBe("/names/2");
    expect(problem.detail).toMatch(/Keep one\.$/);
  });
});

describe("by numbers of a sequence", () => {
  test("changes the lots with these numbers, across the counter's width", async () => {
    const body = {
      product: "P",
      sequence: "s",
      first: 998,
      last: "1002",
      set: { location: "range" },
    };
    expect(await changed(body)).toEqual([5, 0]);
    const expected = ["S-1000", "S-1001", "S-1002", "S-998", "S-999"];
    expect(await at("range")).toEqual(expected);
    // 20 lots in all, of which these five are so already.
    const all = { ...body, first: 0, last: "999999999999999999" };
    expect(await changed(all)).toEqual([15, 5]);
  });

  test("takes names made elsewhere, and leaves those of other sequences and forms", async () => {
    await ok(service, "PUT", "/v1/sequences/a", { pattern: "A-{0000}/X" });
    await ok(service, "PUT", "/v1/sequences/b", { pattern: "B-{0000}" });
    const product = (sequence: string) =>
      ok(service, "PUT", "/v1/products/TWO", { tracking: "lot", sequence });
    const lots = (item: object) =>
      ok(service, "POST", "/v1/lots", { items: [{ product: "TWO", ...item }] });
    await product("a");
    // By hand, before the sequence has given a number, and with names that only look alike.
    await lots({ names: ["A-0001/X", "A-0002/X", "A-0002/Y", "A-00002/X", "A-02/X", "A-000b/X"] });
    await lots({ count: 3 });
    await product("b");
    await lots({ count: 3 });
    await lots({ names: ["A-0007/X"] });
    const body = { product: "TWO", sequence: "a", first: 1, last: 4, set: { location: "two" } };
    expect(await changed(body)).toEqual([4, 0]);
    expect(await at("two", "TWO")).toEqual(["A-0001/X", "A-0002/X", "A-0003/X", "A-0004/X"]);
    const b = { ...body, sequence: "b", first: 2, last: 9, set: { location: "b" } };
    expect(await changed(b)).toEqual([2, 0]);
    expect(await at("b", "TWO")).toEqual(["B-0002", "B-0003"]);
    expect(await changed({ ...body, first: 5, last: 7, set: { location: "a" } })).toEqual([2, 0]);
    expect(await at("a", "TWO")).toEqual(["A-0005/X", "A-0007/X"]);
  });

  test("takes every form that the sequence has had, each lot once", async () => {
    const put = (pattern: string) =>
      ok(service, "PUT", "/v1/sequences/forms", { pattern, increment: 10, start: 990 });
    await put("F-{0000}");
    await ok(service, "PUT", "/v1/products/FORMS", { tracking: "lot", sequence: "forms" });
    const items = [{ product: "FORMS", count: 2 }];
    await ok(service, "POST", "/v1/lots", { items }); // F-0990, F-1000
    await put("F-{000}");
    await ok(service, "POST", "/v1/lots", { items }); // F-1010, F-1020
    await put("G-{0}.{YYYY}");
    await ok(service, "POST", "/v1/lots", { items: [{ ...items[0], at: "2025-01-01" }] }); // 1030, 1040
    const body = { product: "FORMS", sequence: "forms", first: 990, last: 1031 };
    expect(await changed({ ...body, set: { location: "forms" } })).toEqual([5, 0]);
    expect(await at("forms", "FORMS")).toEqual([
      "F-0990",
      "F-1000",
      "F-1010",
      "F-1020",
      "G-1030.2025",
    ]);
  });

  test("does not take a name for another number of another form", async () => {
    const put = (pattern: string) => ok(service, "PUT", "/v1/sequences/twisted", { pattern });
    await put("T{0000}");
    await ok(service, "PUT", "/v1/products/TWISTED", { tracking: "lot", sequence: "twisted" });
    for (const item of [{ count: 1 }, { names: ["T1002"] }]) {
      await ok(service, "POST", "/v1/lots", { items: [{ product: "TWISTED", ...item }] });
    }
    await put("T1{000}");
    // T1002 is number 1002, though it reads as number 2 of the new pattern.
    const body = { product: "TWISTED", sequence: "twisted" };
    expect(await changed({ ...body, first: 1, last: 5, set: { location: "low" } })).toEqual([1, 0]);
    expect(await at("low", "TWISTED")).toEqual(["T0001"]);
    const high = { ...body, first: 1000, last: 1005, set: { location: "high" } };
    expect(await changed(high)).toEqual([1, 0]);
  });

  test("without lots, or that do not exist, is refused", async () => {
    const before = await state(service);
    const body = { product: "P", sequence: "s", first: 1, last: 5, set: { state: "consumed" } };
    const problem = await refused(service, [422, "no_lots"], "POST", path, { body });
    expect(problem).toMatchObject({ product: "P", first: "1", last: "5" });
    const refusal = (code: string, more: object) =>
      refused(service, [422, code], "POST", path, { body: { ...body, ...more } });
    await refusal("unknown_product", { product: "NONE" });
    await refusal("unknown_sequence", { sequence: "none" });
    await refusal("unknown_series", { series: "2026" });
    const backwards = await refusal("request_invalid", { first: 6 });
    expect(backwards.errors[0].detail).toContain("6 is above 5");
    expect(await state(service)).toEqual(before);
  });
});

describe("by a reservation", () => {
  test("changes what was recorded from it, whole or in part", async () => {
    const reserved = await ok(service, "POST", "/v1/sequences/s/reservations", { count: 6 });
    expect(reserved.id).toBe("s:1011");
    const reason = { reason: "torn", first: 1013, last: 1013 };
    await ok(service, "POST", "/v1/reservations/s:1011/void", reason);
    const item = { product: "P", reservation: "s:1011" };
    await ok(service, "POST", "/v1/lots", { items: [{ ...item, count: 2 }] });
    await ok(service, "POST", "/v1/lots", { items: [{ ...item, first_name: "S-1014" }] });
    // The voided number's name is made by hand: it is of the sequence, not of the reservation.
    await ok(service, "POST", "/v1/lots", { items: [{ product: "P", names: ["S-1013"] }] });
    expect(await changed({ ...item, first: 1012, last: 1014, set: { location: "part" } })).toEqual([
      2, 0,
    ]);
    expect(await at("part")).toEqual(["S-1012", "S-1014"]);
    expect(await changed({ ...item, first: 1014, set: { location: "rest" } })).toEqual([3, 0]);
    expect(await changed({ ...item, set: { location: "whole" } })).toEqual([5, 0]);
    const numbers = { product: "P", sequence: "s", first: 1011, last: 1016 };
    expect(await changed({ ...numbers, set: { location: "whole" } })).toEqual([1, 5]);
  });

  test("that does not exist, or beyond it, is refused", async () => {
    const before = await state(service);
    const set = { state: "consumed" };
    const refusal = (code: string, more: object) =>
      refused(service, [422, code], "POST", path, { body: { product: "P", set, ...more } });
    for (const reservation of ["s:992", "none:1", "s:2026:1"]) {
      await refusal("unknown_reservation", { reservation });
    }
    await refusal("reservation_range", { reservation: "s:991", first: 990 });
    await refusal("reservation_range", { reservation: "s:991", last: 1011 });
    // Nothing of another product was recorded from it.
    await refusal("no_lots", { product: "LOT", reservation: "s:991" });
    expect(await state(service)).toEqual(before);
  });
});

test("a request tells the lots in one way, and at least one field", async () => {
  const before = await state(service);
  const product = "P";
  const set = { state: "consumed" };
  for (const body of [
    { product, set },
    { product, set, first: 1, last: 2 },
    { product, set, sequence: "s", first: 1 },
    { product, set, sequence: "s" },
    { product, set, names: ["S-995"], sequence: "s", first: 1, last: 2 },
    { product, set, names: ["S-995"], first: 995 },
    { product, set, names: ["S-995"], reservation: "s:991" },
    { product, set, reservation: "s:991", series: "2026" },
    { set, names: ["S-995"] },
    { product, set, names: [] },
    { product, set, names: [""] },
    { product, set: {}, names: ["S-995"] },
    { product, names: ["S-995"] },
    { product, set: { name: "x" }, names: ["S-995"] },
    { product, set: { reference: "x" }, names: ["S-995"] },
    { product, set, names: ["S-995"], dry_run: true },
    { product, set, names: Array.from({ length: 100_001 }, (_, index) => `n${index}`) },
  ]) {
    await refused(service, [422, "request_invalid"], "POST", path, { body });
  }
  expect(await state(service)).toEqual(before);
});

test("the rules of the product hold for many as for one", async () => {
  await ok(service, "POST", "/v1/lots", {
    items: [{ product: "LOT", names: ["l1", "l2"], expires_on: "2027-01-01" }],
  });
  const before = await state(service);
  const refusal = (code: string, body: object) =>
    refused(service, [422, code], "POST", path, { body });
  const serial = { product: "P", names: ["S-995"] };
  await refusal("serial_out_of_range", { ...serial, set: { quantity: 2 } });
  await refusal("expiry_not_kept", { ...serial, set: { expires_on: "2027-01-01" } });
  const lots = { product: "LOT", names: ["l1", "l2"] };
  await refusal("expiry_required", { ...lots, set: { expires_on: null } });
  expect(await state(service)).toEqual(before);
  const set = { quantity: "0.5", attributes: { checked: true }, expires_on: "2027-01-02" };
  expect(await changed({ ...lots, set })).toEqual([2, 0]);
  expect(await ok(service, "GET", "/v1/products/LOT/lots/l2")).toMatchObject(set);
});

test("a repeated request changes nothing more, whatever became of the lots", async () => {
  const body = { product: "P", names: ["S-1005", "S-1006"], set: { state: "scrapped" } };
  const first = await change(body, "scrap");
  expect(first.json).toEqual({ product: "P", changed: 2, unchanged: 0 });
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  await changed({ ...body, set: { state: "available" } });
  const before = await state(service);
  const again = await change(body, "scrap");
  expect([again.status, again.text]).toEqual([200, first.text]);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  const other = { body: { ...body, set: { state: "consumed" } }, idempotencyKey: "scrap" };
  await refused(service, [422, "idempotency_key_reused"], "POST", path, other);
  expect(await state(service)).toEqual(before);
  // A refused one is carried out when it is sent again and has become possible.
  const later = { product: "P", names: ["later"], set: { state: "shipped" } };
  expect((await change(later, "later")).status).toBe(422);
  await ok(service, "POST", "/v1/lots", { items: [{ product: "P", names: ["later"] }] });
  expect((await change(later, "later")).json.changed).toBe(1);
});
