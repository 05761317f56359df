import { afterAll, beforeAll, expect, test } from "vitest";

import type { TestTenant } from "../harness/database.ts";
import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;
let stranger: TestTenant;
let job = "";
let recall = "";

beforeAll(async () => {
  service = await createService();
  stranger = await service.createTenant();
  await ok(service, "PUT", "/v1/sequences/mine", { pattern: "M-{000}" });
  await ok(service, "PUT", "/v1/products/MINE", { tracking: "serial", sequence: "mine" });
  await ok(service, "POST", "/v1/sequences/mine/reservations", { count: 5 });
  const items = [{ product: "MINE", count: 3 }];
  job = (await ok(service, "POST", "/v1/lots", { items })).id;
  await ok(service, "POST", "/v1/lots/changes", {
    product: "MINE",
    names: ["M-006"],
    set: { state: "shipped", location: "A-1" },
    party: "Northwind",
    reference: "SO-1",
  });
  const covers = [{ product: "MINE", sequence: "mine", first: 1, last: 9 }];
  const opened = { reference: "R-1", reason: "cracks", covers };
  recall = (await ok(service, "POST", "/v1/recalls", opened)).id;
});
afterAll(() => service.close());

test("another tenant's key, and the sibling's for tests, see nothing", async () => {
  const before = await state(service);
  for (const key of [stranger.key, service.testKey]) {
    const hidden = (code: string, method: string, path: string, body?: unknown) =>
      refused(service, [404, code], method, path, { key, ...(body ? { body } : {}) });
    await hidden("sequence_not_found", "GET", "/v1/sequences/mine");
    await hidden("sequence_not_found", "GET", "/v1/sequences/mine/preview");
    await hidden("sequence_not_found", "GET", "/v1/sequences/mine/ledger");
    await hidden("sequence_not_found", "GET", "/v1/sequences/mine/account");
    await hidden("sequence_not_found", "POST", "/v1/sequences/mine/reservations", { count: 1 });
    await hidden("reservation_not_found", "GET", "/v1/reservations/mine:1");
    await hidden("reservation_not_found", "GET", "/v1/reservations/mine:1/names");
    await hidden("reservation_not_found", "POST", "/v1/reservations/mine:1/void", { reason: "x" });
    await hidden("product_not_found", "GET", "/v1/products/MINE");
    await hidden("lot_not_found", "GET", "/v1/products/MINE/lots/M-006");
    await hidden("lot_not_found", "GET", "/v1/products/MINE/lots/M-006/history");
    await refused(service, [404, "lot_not_found"], "PATCH", "/v1/products/MINE/lots/M-006", {
      key,
      body: { state: "scrapped" },
      headers: { "if-match": "*" },
    });
    await hidden("recall_not_found", "GET", `/v1/recalls/${recall}`);
    await hidden("recall_not_found", "GET", `/v1/recalls/${recall}/lots`);
    await hidden("recall_not_found", "POST", `/v1/recalls/${recall}/close`, { reason: "x" });
    await hidden("job_not_found", "GET", `/v1/jobs/${job}`);
    await hidden("job_not_found", "GET", `/v1/jobs/${job}/skipped`);
    await hidden("job_not_found", "POST", `/v1/jobs/${job}/cancel`);
    await hidden("job_not_found", "POST", `/v1/jobs/${job}/retry`);
    await hidden("name_unknown", "GET", "/v1/resolve?name=M-006");
    for (const list of [
      "sequences",
      "products",
      "jobs",
      "lots",
      `lots?job=${job}`,
      "lots?reservation=mine:1",
      "lots?name=M-006",
      "lots?state=shipped",
      "lots?location=A-1",
      "lots?party=Northwind",
      "lots?reference=SO-1",
      "lots?expires_before=2030-01-01",
      "recalls",
    ]) {
      const options = { key };
      expect((await ok(service, "GET", `/v1/${list}`, undefined, options)).data, list).toEqual([]);
    }
  }
  expect(await state(service)).toEqual(before);
});

test("another tenant's names cannot be named in a body", async () => {
  const { key } = stranger;
  const lots = (item: object) => ({ key, body: { items: [item] } });
  const path = "/v1/lots";
  const product = { product: "MINE", count: 1 };
  await refused(service, [422, "unknown_product"], "POST", path, lots(product));
  await ok(service, "PUT", "/v1/products/THEIRS", { tracking: "lot" }, { key });
  const reservation = { product: "THEIRS", reservation: "mine:1" };
  await refused(service, [422, "unknown_reservation"], "POST", path, lots(reservation));
  const unknown = [422, "unknown_sequence"] as const;
  const bound = { key, body: { tracking: "lot", sequence: "mine" } };
  await refused(service, unknown, "PUT", "/v1/products/THEIRS", bound);
  const settings = { key, body: { default_sequence: "mine" } };
  await refused(service, unknown, "PATCH", "/v1/settings", settings);
});

test("the same keys and names are each tenant's own", async () => {
  const { key } = await service.createTenant();
  const options = { key };
  const put = await call(service, "PUT", "/v1/sequences/mine", { key, body: { pattern: "Z{0}" } });
  expect([put.status, put.json.next]).toEqual([201, "1"]);
  await ok(service, "PUT", "/v1/products/MINE", { tracking: "serial", sequence: "mine" }, options);
  const items = [{ product: "MINE", names: ["M-001", "M-006"] }];
  expect(await ok(service, "POST", "/v1/lots", { items }, options)).toMatchObject({ done: 2 });
  expect((await ok(service, "GET", "/v1/sequences/mine")).next).toBe("9");
});

test("a revoked key stops at once, for reads and writes, also where it was known", async () => {
  const { key, tenant } = await service.createTenant();
  await ok(service, "PUT", "/v1/sequences/r", { pattern: "R{0}" }, { key });
  await ok(service, "POST", "/v1/sequences/r/reservations", { count: 1 }, { key });
  const before = await state(service, tenant);
  await service.database.query("update api_keys set revoked_at = now() where tenant = $1", [
    tenant,
  ]);
  const revoked = [401, "api_key_revoked"] as const;
  const posted = { key, body: { count: 1 } };
  await refused(service, revoked, "POST", "/v1/sequences/r/reservations", posted);
  await refused(service, revoked, "PUT", "/v1/sequences/r", { key, body: { pattern: "X{0}" } });
  for (const path of ["/v1/sequences/r", "/v1/sequences", "/v1/lots", "/v1/jobs", "/v1/settings"]) {
    await refused(service, revoked, "GET", path, { key });
  }
  expect(await state(service, tenant)).toEqual(before);
});
