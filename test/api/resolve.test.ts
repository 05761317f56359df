import { afterAll, beforeAll, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { ok, refused } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/r", { pattern: "R1-{000}" });
  await ok(service, "PUT", "/v1/products/R", { tracking: "lot", sequence: "r" });
  await ok(service, "PUT", "/v1/products/Q", { tracking: "lot" });
});
afterAll(() => service.close());

const resolve = (name: string) =>
  ok(service, "GET", `/v1/resolve?name=${encodeURIComponent(name)}`);

test("a name tells its sequence, number and reservation, and its lots", async () => {
  await ok(service, "POST", "/v1/sequences/r/reservations", { count: 5 });
  expect(await resolve("R1-003")).toMatchObject({
    name: "R1-003",
    origins: [{ sequence: "r", series: null, number: "3", status: "reserved", reservation: "r:1" }],
    lots: [],
  });
  await ok(service, "POST", "/v1/lots", {
    items: [{ product: "R", reservation: "r:1", first_name: "R1-003", count: 1 }],
  });
  await ok(service, "POST", "/v1/lots", { items: [{ product: "Q", names: ["R1-003"] }] });
  const { origins, lots } = await resolve("R1-003");
  expect(origins).toMatchObject([{ number: "3", status: "recorded", voided_at: null }]);
  expect(lots).toMatchObject([
    { product: "Q", number: null, reservation: null },
    { product: "R", number: "3", reservation: "r:1" },
  ]);
});

test("a voided one tells when and why", async () => {
  const body = { reason: "label torn", first: 4, last: 4 };
  await ok(service, "POST", "/v1/reservations/r:1/void", body);
  expect((await resolve("R1-004")).origins).toMatchObject([
    { status: "voided", reason: "label torn", voided_at: expect.stringMatching(/Z$/) },
  ]);
});

test("a number that the counter skipped", async () => {
  await ok(service, "POST", "/v1/lots", { items: [{ product: "R", names: ["R1-010"] }] });
  expect((await resolve("R1-008")).origins).toMatchObject([
    { number: "8", status: "skip", reservation: null, reason: "names made elsewhere" },
  ]);
});

test("a name of an older pattern, and only in the form in which its number was given", async () => {
  await ok(service, "PUT", "/v1/sequences/r", { pattern: "R2-{000}" });
  await ok(service, "POST", "/v1/sequences/r/reservations", { count: 1 });
  expect((await resolve("R1-003")).origins).toMatchObject([{ number: "3" }]);
  expect((await resolve("R2-011")).origins).toMatchObject([{ number: "11" }]);
  for (const name of ["R2-003", "R1-011", "R2-0011", "r1-003", "R1-999"]) {
    const path = `/v1/resolve?name=${name}`;
    await refused(service, [404, "name_unknown"], "GET", path);
  }
});

test("a name made elsewhere has lots alone", async () => {
  await ok(service, "POST", "/v1/lots", { items: [{ product: "Q", names: ["by hand 1"] }] });
  expect(await resolve("by hand 1")).toMatchObject({ origins: [], lots: [{ product: "Q" }] });
});

test("all sequences that give a name are told", async () => {
  await ok(service, "PUT", "/v1/sequences/s1", { pattern: "S{00}" });
  await ok(service, "PUT", "/v1/sequences/s2", { pattern: "S1{0}", allow_overlap: true });
  await ok(service, "POST", "/v1/sequences/s1/reservations", { count: 20 });
  await ok(service, "POST", "/v1/sequences/s2/reservations", { count: 5 });
  const { origins } = await resolve("S12");
  expect(origins).toMatchObject([
    { sequence: "s1", number: "12" },
    { sequence: "s2", number: "2" },
  ]);
});

test("without a name, or with one that no name can be: 422", async () => {
  await refused(service, [422, "request_invalid"], "GET", "/v1/resolve");
  await refused(service, [422, "request_invalid"], "GET", "/v1/resolve?name=");
  await refused(service, [422, "request_invalid"], "GET", "/v1/resolve?name=a%E2%80%8Bb");
});
