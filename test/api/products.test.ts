import { afterAll, beforeAll, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/serials", { pattern: "SN-{0000}" });
});
afterAll(() => service.close());

const put = (sku: string, body: object) => ok(service, "PUT", `/v1/products/${sku}`, body);

test("a product is made with its defaults, and the same body again answers 200", async () => {
  const body = { tracking: "serial", sequence: "serials" };
  const made = await call(service, "PUT", "/v1/products/VALVE-20", { body });
  expect([made.status, made.headers.get("location")]).toEqual([201, "/v1/products/VALVE-20"]);
  expect(made.json).toMatchObject({
    sku: "VALVE-20",
    name: null,
    tracking: "serial",
    sequence: "serials",
    gtin: null,
    expiry: "none",
    shelf_life_days: null,
    next_name: "SN-0001",
  });
  const again = await call(service, "PUT", "/v1/products/VALVE-20", { body });
  expect([again.status, again.json]).toEqual([200, made.json]);
  expect(await ok(service, "GET", "/v1/products/VALVE-20")).toEqual(made.json);
});

test("PUT replaces all of it", async () => {
  // The check digit: 3*(0+3+1+3+3+9) + (4+0+6+8+1+3) = 57 + 22 = 79, so 1.
  const full = {
    tracking: "lot",
    sequence: "serials",
    name: "Käse & Öl",
    gtin: "4006381333931",
    expiry: "required",
    shelf_life_days: 90,
  };
  expect(await put("FULL", full)).toMatchObject(full);
  expect(await put("FULL", { tracking: "none" })).toMatchObject({
    name: null,
    gtin: null,
    expiry: "none",
    shelf_life_days: null,
    sequence: null,
    next_name: null,
  });
});

test("a SKU may have any printable character, written into the path", async () => {
  const sku = "A/B 50%?#é".replace("é", "+");
  const path = `/v1/products/${encodeURIComponent(sku)}`;
  const made = await call(service, "PUT", path, { body: { tracking: "lot" } });
  expect([made.status, made.json.sku]).toEqual([201, sku]);
  expect(await ok(service, "GET", made.headers.get("location") ?? "")).toEqual(made.json);
});

test("the next name follows the counter, without drawing, and is null when it needs a document", async () => {
  await ok(service, "PUT", "/v1/sequences/next", { pattern: "X{00}" });
  await put("NEXT", { tracking: "lot", sequence: "next" });
  await ok(service, "POST", "/v1/sequences/next/reservations", { count: 4 });
  const before = await state(service);
  expect((await ok(service, "GET", "/v1/products/NEXT")).next_name).toBe("X05");
  expect(await state(service)).toEqual(before);
  await ok(service, "PUT", "/v1/sequences/next", { pattern: "{field.plant}/{00}" });
  expect((await ok(service, "GET", "/v1/products/NEXT")).next_name).toBeNull();
});

test("what does not fit is refused and changes nothing", async () => {
  await put("KEPT", { tracking: "lot", name: "kept" });
  const before = await state(service);
  const cases: [object, string, string | undefined][] = [
    [{ tracking: "lot", sequence: "none" }, "unknown_sequence", undefined],
    [{ tracking: "lot", gtin: "4006381333932" }, "gtin_check_digit", "/gtin"],
    [{ tracking: "lot", gtin: "40063" }, "request_invalid", "/gtin"],
    [{ tracking: "lot", shelf_life_days: 5 }, "shelf_life_without_expiry", "/shelf_life_days"],
    [
      { tracking: "lot", shelf_life_days: 0, expiry: "optional" },
      "request_invalid",
      "/shelf_life_days",
    ],
    [{ tracking: "bulk" }, "request_invalid", "/tracking"],
    [{}, "request_invalid", "/tracking"],
    [{ tracking: "lot", name: "a\u200bb" }, "request_invalid", "/name"],
    [{ tracking: "lot", name: "" }, "request_invalid", "/name"],
    [{ tracking: "lot", name: "x".repeat(201) }, "request_invalid", "/name"],
  ];
  for (const [body, code, pointer] of cases) {
    const problem = await refused(service, [422, code], "PUT", "/v1/products/KEPT", { body });
    if (pointer !== undefined) expect(problem.errors[0].pointer).toBe(pointer);
  }
  expect(await state(service)).toEqual(before);
});

test("tracking is fixed once there are lots", async () => {
  await put("TRACKED", { tracking: "serial", sequence: "serials" });
  await put("TRACKED", { tracking: "lot", sequence: "serials" });
  await ok(service, "POST", "/v1/lots", { items: [{ product: "TRACKED", count: 1 }] });
  const body = { tracking: "serial", sequence: "serials" };
  const path = "/v1/products/TRACKED";
  await refused(service, [409, "product_tracking_fixed"], "PUT", path, { body });
  await put("TRACKED", { tracking: "lot", sequence: "serials", name: "renamed" });
});

test("a product that does not exist: 404", async () => {
  await refused(service, [404, "product_not_found"], "GET", "/v1/products/NOWHERE");
  await refused(service, [404, "path_names_nothing"], "GET", "/v1/products/caf%C3%A9");
});
