import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  for (const key of ["a", "b"]) {
    await ok(service, "PUT", `/v1/sequences/${key}`, { pattern: `${key.toUpperCase()}-{0000}` });
  }
  await ok(service, "PUT", "/v1/products/A", { tracking: "serial", sequence: "a" });
  await ok(service, "PUT", "/v1/products/A2", { tracking: "lot", sequence: "a" });
  await ok(service, "PUT", "/v1/products/B", { tracking: "lot", sequence: "b" });
  await ok(service, "PUT", "/v1/products/NONE", { tracking: "none", sequence: "a" });
});
afterAll(() => service.close());

const lots = (...items: object[]) => ok(service, "POST", "/v1/lots", { items });
const namesOf = async (query: string) =>
  (await ok(service, "GET", `/v1/lots?limit=1000&${query}`)).data.map(
    (lot: { name: string }) => lot.name,
  );

const quantity = async (product: string, name: string) =>
  (await ok(service, "GET", `/v1/products/${product}/lots/${name}`)).quantity;

describe("a count", () => {
  test("records lots with new numbers of the product's sequence", async () => {
    const made = await call(service, "POST", "/v1/lots", {
      body: { items: [{ product: "A", count: 3 }] },
    });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      status: "done",
      total: 3,
      done: 3,
      skipped: 0,
      eta_s: 0,
      error: null,
      items: [
        {
          product: "A",
          count: 3,
          done: 3,
          skipped: 0,
          first_name: "A-0001",
          last_name: "A-0003",
          reservation: "a:1",
        },
      ],
    });
    const job = await ok(service, "GET", made.headers.get("location") ?? "");
    expect(job).toMatchObject({ id: made.json.id, status: "done", total: 3 });
    expect(await ok(service, "GET", "/v1/products/A/lots/A-0002")).toMatchObject({
      product: "A",
      name: "A-0002",
      number: "2",
      reservation: "a:1",
      quantity: "1",
      state: "available",
      location: null,
      expires_on: null,
      produced_on: null,
      attributes: null,
    });
    expect((await ok(service, "GET", "/v1/reservations/a:1")).open).toEqual([]);
  });

  test("any mix of products is one job, and each sequence is drawn from once", async () => {
    const next = (await ok(service, "GET", "/v1/sequences/a")).next;
    expect(next).toBe("4");
    const job = await lots(
      { product: "B", count: 2 },
      { product: "A", count: 600 },
      { product: "A2", count: 1 },
      { product: "B", names: ["by hand"] },
      { product: "A", count: 2 },
    );
    const rows = job.items.map((item: Record<string, unknown>) => [
      item["product"],
      item["done"],
      item["first_name"],
      item["last_name"],
      item["reservation"],
    ]);
    // 600 from 4 on end at 603.
    expect(rows).toEqual([
      ["B", 2, "B-0001", "B-0002", "b:1"],
      ["A", 600, "A-0004", "A-0603", "a:4"],
      ["A2", 1, "A-0604", "A-0604", "a:604"],
      ["B", 1, "by hand", "by hand", null],
      ["A", 2, "A-0605", "A-0606", "a:605"],
    ]);
    expect(job).toMatchObject({ status: "done", total: 606, done: 606 });
    expect(await namesOf("product=A&reservation=a:4")).toEqual(names("A-", 4, 4, 603));
    expect(await namesOf(`job=${job.id}&product=A2`)).toEqual(["A-0604"]);
    const account = await ok(service, "GET", "/v1/sequences/a/account");
    expect(account).toMatchObject({ passed: "606", taken: "606", open: "0" });
  });

  test("binds each item's own day and fields", async () => {
    await ok(service, "PUT", "/v1/sequences/dated", { pattern: "{field.plant}{YYYY}-{00}" });
    await ok(service, "PUT", "/v1/products/DATED", { tracking: "lot", sequence: "dated" });
    // The field touches the counter's stretch only behind a separator.
    const job = await lots(
      { product: "DATED", count: 1, at: "2025-12-31", fields: { plant: "X" } },
      { product: "DATED", count: 1, at: "2026-01-01T00:00:00Z", fields: { plant: "Y" } },
    );
    expect(job.items.map((item: { first_name: string }) => item.first_name)).toEqual([
      "X2025-01",
      "Y2026-02",
    ]);
  });

  test("goes around a name that a lot has already, and says so", async () => {
    await ok(service, "PUT", "/v1/sequences/around", { pattern: "R{00}" });
    await ok(service, "PUT", "/v1/products/AROUND", { tracking: "serial" });
    // Recorded while the product had no sequence, so that no counter has moved past it.
    await lots({ product: "AROUND", names: ["R02"] });
    await ok(service, "PUT", "/v1/products/AROUND", { tracking: "serial", sequence: "around" });
    const job = await lots({ product: "AROUND", count: 3 });
    expect(job).toMatchObject({ status: "done", total: 3, done: 2, skipped: 1 });
    expect(await namesOf(`job=${job.id}`)).toEqual(["R01", "R03"]);
    const { data } = await ok(service, "GET", `/v1/jobs/${job.id}/skipped`);
    expect(data).toEqual([{ product: "AROUND", name: "R02" }]);
    const account = await ok(service, "GET", "/v1/sequences/around/account");
    expect(account).toMatchObject({ reserved: "3", voided: "1", taken: "2", open: "0" });
  });
});

describe("quantities", () => {
  test("are decimals, 1 when left out", async () => {
    await lots(
      { product: "B", names: ["q1"], quantity_each: "2.50" },
      { product: "B", names: ["q2"], quantity_each: 0.000001 },
      { product: "B", names: ["q3"] },
      { product: "A", names: ["q4"], quantity_each: "1.0" },
    );
    expect(await quantity("B", "q1")).toBe("2.5");
    expect(await quantity("B", "q2")).toBe("0.000001");
    expect(await quantity("B", "q3")).toBe("1");
    expect(await quantity("A", "q4")).toBe("1");
  });

  test("of a serial are 1", async () => {
    const body = { items: [{ product: "A", count: 1, quantity_each: "2" }] };
    const problem = await refused(service, [422, "serial_quantity"], "POST", "/v1/lots", { body });
    expect(problem.errors[0].pointer).toBe("/items/0/quantity_each");
  });
});

const expires = async (sku: string, item: object) => {
  const name = crypto.randomUUID();
  await lots({ product: sku, names: [name], ...item });
  return (await ok(service, "GET", `/v1/products/${sku}/lots/${name}`)).expires_on;
};

const product = (sku: string, body: object) =>
  ok(service, "PUT", `/v1/products/${sku}`, { tracking: "lot", ...body });

describe("expiry", () => {
  test("comes from the request, else from the shelf life", async () => {
    await product("SHELF", { expiry: "required", shelf_life_days: 30 });
    expect(await expires("SHELF", { expires_on: "2027-05-06" })).toBe("2027-05-06");
    // 2024 is a leap year: 30 days from 1 February are 2 March.
    expect(await expires("SHELF", { produced_on: "2024-02-01" })).toBe("2024-03-02");
    expect(await expires("SHELF", { at: "2026-02-01" })).toBe("2026-03-03");
    expect(await expires("SHELF", { at: "2026-02-01", produced_on: "2026-01-01" })).toBe(
      "2026-01-31",
    );
    await product("OPTIONAL", { expiry: "optional" });
    expect(await expires("OPTIONAL", {})).toBeNull();
    expect(await expires("OPTIONAL", { expires_on: "2024-02-29" })).toBe("2024-02-29");
  });

  test("is refused where it is missing, not kept, or no day", async () => {
    await product("REQUIRED", { expiry: "required" });
    await product("NOT-KEPT", {});
    const before = await state(service);
    const cases: [object, string][] = [
      [{ product: "REQUIRED", names: ["e"] }, "expiry_required"],
      [{ product: "NOT-KEPT", names: ["e"], expires_on: "2027-01-01" }, "expiry_not_kept"],
      [{ product: "REQUIRED", names: ["e"], expires_on: "2027-02-29" }, "request_invalid"],
      [{ product: "REQUIRED", names: ["e"], expires_on: "01/02/2027" }, "request_invalid"],
    ];
    for (const [item, code] of cases) {
      const body = { items: [item] };
      const problem = await refused(service, [422, code], "POST", "/v1/lots", { body });
      expect(problem.errors[0].pointer).toBe("/items/0/expires_on");
    }
    expect(await state(service)).toEqual(before);
  });
});

test("attributes and the day of production are kept", async () => {
  const attributes = { heat: "4711", "länge mm": 12.5, nested: { ok: [true, null] } };
  await lots({ product: "B", names: ["attr"], attributes, produced_on: "2026-11-21" });
  const lot = await ok(service, "GET", "/v1/products/B/lots/attr");
  expect(lot).toMatchObject({ attributes, produced_on: "2026-11-21" });
});

test("a repeated request records nothing more, also after the product was changed", async () => {
  await ok(service, "PUT", "/v1/products/ONCE", { tracking: "lot", sequence: "b" });
  const options = { body: { items: [{ product: "ONCE", count: 2 }] }, idempotencyKey: "lots-1" };
  const first = await call(service, "POST", "/v1/lots", options);
  await ok(service, "PUT", "/v1/products/ONCE", {
    tracking: "lot",
    sequence: "a",
    expiry: "required",
  });
  const before = await state(service);
  const again = await call(service, "POST", "/v1/lots", options);
  expect([again.status, again.json.id]).toEqual([201, first.json.id]);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(await state(service)).toEqual(before);
});

test("a lot that does not exist: 404", async () => {
  await refused(service, [404, "lot_not_found"], "GET", "/v1/products/A/lots/A-9999");
  await refused(service, [404, "lot_not_found"], "GET", "/v1/products/NOWHERE/lots/A-0001");
  // Letter case counts.
  await refused(service, [404, "lot_not_found"], "GET", "/v1/products/A/lots/a-0001");
});
