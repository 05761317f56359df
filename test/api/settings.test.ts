import { afterAll, beforeAll, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/default", { pattern: "D{000}" });
  await ok(service, "PUT", "/v1/products/OWN", { tracking: "lot" });
});
afterAll(() => service.close());

const patch = (body: object) => ok(service, "PATCH", "/v1/settings", body);
const nextName = async () => (await ok(service, "GET", "/v1/products/OWN")).next_name;

test("the default sequence serves products without one of their own", async () => {
  const created = await ok(service, "GET", "/v1/settings");
  expect(created).toMatchObject({
    tenant: service.tenant,
    default_sequence: null,
    time_zone: "UTC",
  });
  expect(await nextName()).toBeNull();
  const items = [{ product: "OWN", count: 1 }];
  const without = [422, "product_without_sequence"] as const;
  await refused(service, without, "POST", "/v1/lots", { body: { items } });

  expect(await patch({ default_sequence: "default" })).toMatchObject({
    default_sequence: "default",
    time_zone: "UTC",
  });
  expect(await nextName()).toBe("D001");
  const job = await ok(service, "POST", "/v1/lots", { items });
  expect(job.items[0]).toMatchObject({ first_name: "D001", reservation: "default:1" });

  await patch({ default_sequence: null });
  await refused(service, without, "POST", "/v1/lots", { body: { items } });
});

test("the time zone is that of new sequences only", async () => {
  await patch({ time_zone: "Asia/Tokyo" });
  const late = "2025-12-31T16:00:00Z";
  await ok(service, "PUT", "/v1/sequences/tokyo", { pattern: "{YYYY}-{0}" });
  await ok(service, "PUT", "/v1/sequences/default", { pattern: "D{000}" });
  const tokyo = await ok(service, "GET", `/v1/sequences/tokyo/preview?at=${late}`);
  expect(tokyo.names).toEqual(["2026-1"]);
  expect((await ok(service, "GET", "/v1/sequences/default")).time_zone).toBe("UTC");
});

test("what cannot be set is refused and changes nothing", async () => {
  const before = await state(service);
  const cases: [object, string][] = [
    [{ default_sequence: "nowhere" }, "unknown_sequence"],
    [{ default_sequence: "no/key" }, "request_invalid"],
    [{ time_zone: "Europe/Nowhere" }, "time_zone_unknown"],
    [{ time_zone: "default", default_sequence: "default" }, "time_zone_unknown"],
    [{ timezone: "UTC" }, "request_invalid"],
    [{ time_zone: null }, "request_invalid"],
  ];
  for (const [body, code] of cases) {
    await refused(service, [422, code], "PATCH", "/v1/settings", { body });
  }
  expect(await state(service)).toEqual(before);
});
