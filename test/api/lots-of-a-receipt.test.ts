import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, rowsInPages } from "./contract.ts";

let service: Service;
/** The receipt under test, and the one that made what it grew. */
let receipt: { id: string; job: { id: string } };
let earlier: { id: string; job: { id: string } };

const receive = (reference: string, ...lines: object[]) =>
  ok(service, "POST", "/v1/receipts", { reference, lines });

const cancel = (id: string) =>
  ok(service, "POST", `/v1/receipts/${id}/cancel`, { reason: "sent twice" });

const ship = (product: string, ...names: string[]) =>
  ok(service, "POST", "/v1/lots/changes", {
    product,
    names,
    set: { state: "shipped" },
    party: "Ann",
  });

const given = (...names: string[]) => names.map((name) => ({ name }));

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{00}", start: 98 });
  await ok(service, "PUT", "/v1/products/A", { tracking: "lot", sequence: "s" });
  await ok(service, "PUT", "/v1/products/B", { tracking: "serial", sequence: "s" });
  await ok(service, "PUT", "/v1/products/C", { tracking: "lot", expiry: "optional" });
  earlier = await receive(
    "D-1",
    { product: "A", lots: given("z", "b", "other") },
    { product: "B", lots: given("b", "a", "stays") },
    { product: "C", lots: [{ name: "b", expires_on: "2027-03-01" }] },
  );
  await ship("B", "a", "b");
  // B/a and B/b come back, A/b, A/z and C/b grow; of what is new, some is drawn, continued, given, pasted.
  receipt = await receive(
    "D-2",
    { product: "B", lots: given("b", "n", "a") },
    { product: "A", quantity: 30, quantity_per_lot: 10 },
    { product: "A", text: "z;5\np;2" },
    { product: "A", quantity: 4, quantity_per_lot: 2, first_name: "V-9" },
    { product: "A", lots: given("b") },
    { product: "C", lots: [{ name: "m", expires_on: "2026-12-31" }, { name: "b" }] },
  );
});
afterAll(() => service.close());

/** Names that come with the receipt are recorded with it, drawn ones by its job. */
const made = ["B/n", "A/p", "A/V-9", "A/V-10", "C/m", "A/S-98", "A/S-99", "A/S-100"];
const ofA = (lot: string) => lot.startsWith("A/");
const grown = ["B/a", "A/b", "B/b", "C/b", "A/z"];

interface Row {
  product: string;
  name: string;
}

const shown = (rows: readonly Row[]) => rows.map(({ product, name }) => `${product}/${name}`);

/** What a query finds, which has to be the same in pages of any size and as a stream. */
async function found(query: string): Promise<string[]> {
  const path = `/v1/lots?${query}`;
  const whole = (await ok(service, "GET", path)).data;
  for (const limit of [1, 2, 3, 8]) {
    expect(await rowsInPages(service, `${path}&limit=${limit}`)).toEqual(whole);
  }
  const csv = await call(service, "GET", path, { headers: { accept: "text/csv" } });
  const lines = csv.text.trimEnd().split("\r\n").slice(1);
  expect(lines.map((line) => line.split(",").slice(0, 2).join("/"))).toEqual(shown(whole));
  return shown(whole);
}

test("what it made in the order of creation, then what it grew or took back by name", async () => {
  expect(await found(`receipt=${receipt.id}`)).toEqual([...made, ...grown]);
  expect(await found(`receipt=${earlier.id}`)).toEqual([
    "A/z",
    "A/b",
    "A/other",
    "B/b",
    "B/a",
    "B/stays",
    "C/b",
  ]);
  const { data } = await ok(service, "GET", `/v1/lots?receipt=${receipt.id}&product=B`);
  const back = { product: "B", number: null, reservation: null, quantity: "1", state: "available" };
  expect(data).toMatchObject([
    { ...back, name: "n" },
    { ...back, name: "a" },
    { ...back, name: "b" },
  ]);
  const drawn = await ok(service, "GET", `/v1/lots?receipt=${receipt.id}&name=S-99`);
  expect(drawn.data).toMatchObject([{ number: "99", reservation: "s:98", quantity: "10" }]);
});

describe("goes with the other filters:", () => {
  test("product, state, location, expiry, party", async () => {
    const of = `receipt=${receipt.id}`;
    expect(await found(`${of}&product=A`)).toEqual([...made.filter(ofA), ...grown.filter(ofA)]);
    expect(await found(`${of}&party=Ann`)).toEqual(["B/a", "B/b"]);
    expect(await found(`${of}&state=shipped`)).toEqual([]);
    expect(await found(`${of}&state=available`)).toEqual([...made, ...grown]);
    expect(await found(`${of}&expires_after=2026-01-01`)).toEqual(["C/m", "C/b"]);
    expect(await found(`${of}&expires_after=2026-12-31`)).toEqual(["C/b"]);
    expect(await found(`${of}&reference=D-2`)).toEqual(grown);
    const names = ["z", "S-98"];
    await ok(service, "POST", "/v1/lots/changes", {
      product: "A",
      names: [...names, "other"],
      set: { location: "L" },
    });
    expect(await found(`${of}&location=L`)).toEqual(["A/S-98", "A/z"]);
  });

  test("a name, by product", async () => {
    expect(await found(`receipt=${receipt.id}&name=b`)).toEqual(["A/b", "B/b", "C/b"]);
    expect(await found(`receipt=${receipt.id}&name=V-10`)).toEqual(["A/V-10"]);
    expect(await found(`receipt=${receipt.id}&name=stays`)).toEqual([]);
    expect(await found(`receipt=${earlier.id}&name=n`)).toEqual([]);
  });

  test("a job or a reservation, in the order of creation", async () => {
    const { id } = receipt;
    expect(await found(`receipt=${id}&job=${receipt.job.id}`)).toEqual(made);
    // Of what the earlier one recorded, that which this one grew or took back.
    expect(await found(`receipt=${id}&job=${earlier.job.id}`)).toEqual([
      "A/z",
      "A/b",
      "B/b",
      "B/a",
      "C/b",
    ]);
    expect(await found(`receipt=${earlier.id}&job=${receipt.job.id}`)).toEqual([]);
    expect(await found(`receipt=${id}&reservation=s:98`)).toEqual(["A/S-98", "A/S-99", "A/S-100"]);
    expect(await found(`receipt=${earlier.id}&reservation=s:98`)).toEqual([]);
  });
});

test("a receipt that made nothing, and one that is not there", async () => {
  const grew = await receive("D-3", { product: "A", lots: given("other") });
  expect(grew.job).toBe(null);
  expect(await found(`receipt=${grew.id}`)).toEqual(["A/other"]);
  expect(await found("receipt=00000000-0000-7000-8000-000000000000")).toEqual([]);
});

test("a cancelled receipt has none, also when its names are recorded anew", async () => {
  const again = await receive("D-4", { product: "A", lots: given("other", "q") });
  expect(await found(`receipt=${again.id}`)).toEqual(["A/q", "A/other"]);
  await cancel(again.id);
  expect(await found(`receipt=${again.id}`)).toEqual([]);
  const anew = await receive("D-4", { product: "A", lots: given("other", "q") });
  expect(await found(`receipt=${again.id}`)).toEqual([]);
  expect(await found(`receipt=${again.id}&name=q`)).toEqual([]);
  expect(await found(`receipt=${anew.id}`)).toEqual(["A/q", "A/other"]);
});

test("a cursor goes on among lots that came back, and fits no other receipt", async () => {
  const path = `/v1/lots?receipt=${receipt.id}&limit=10`;
  const first = await ok(service, "GET", path);
  expect(shown(first.data)).toEqual([...made, ...grown.slice(0, 2)]);
  await ship("B", "b");
  const next = await ok(service, "GET", `${path}&cursor=${first.next_cursor}`);
  expect(shown(next.data)).toEqual(grown.slice(2));
  const other = `/v1/lots?receipt=${earlier.id}&cursor=${first.next_cursor}`;
  await refused(service, [400, "cursor_unusable"], "GET", other);
});

test("another tenant's receipt is none", async () => {
  const { key } = await service.createTenant();
  const { data } = await ok(service, "GET", `/v1/lots?receipt=${receipt.id}`, undefined, { key });
  expect(data).toEqual([]);
});
