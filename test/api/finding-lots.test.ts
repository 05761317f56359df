import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, rowsInPages } from "./contract.ts";

let service: Service;

/** `product/name` -> what it became. Names are given so that no order but the documented one fits. */
const expiries: Readonly<Record<string, string | null>> = {
  "B/1": "2027-03-01",
  "A/2": "2027-03-01",
  "A/1": "2027-03-01",
  "B/2": "2026-12-31",
  "A/3": "2028-01-01",
  "B/3": null,
  "A/4": null,
};

beforeAll(async () => {
  service = await createService();
  for (const sku of ["A", "B"]) {
    await ok(service, "PUT", `/v1/products/${sku}`, { tracking: "lot", expiry: "optional" });
  }
  const items = Object.entries(expiries).map(([lot, expires_on]) => {
    const [product, name] = lot.split("/");
    return { product, names: [name], ...(expires_on === null ? {} : { expires_on }) };
  });
  await ok(service, "POST", "/v1/lots", { items });
});
afterAll(() => service.close());

const change = (product: string, names: string[], set: object, occasion: object = {}) =>
  ok(service, "POST", "/v1/lots/changes", { product, names, set, ...occasion });

interface Row {
  product: string;
  name: string;
}

const shown = (rows: readonly Row[]) => rows.map(({ product, name }) => `${product}/${name}`);

/** What a query finds, which has to be the same in pages of any size and as a stream. */
async function found(query: string): Promise<string[]> {
  const path = `/v1/lots?${query}`;
  const whole = (await ok(service, "GET", path)).data;
  for (const limit of [1, 2]) {
    expect(await rowsInPages(service, `${path}&limit=${limit}`)).toEqual(whole);
  }
  const options = { headers: { accept: "text/csv" } };
  const lines = (await call(service, "GET", path, options)).text.trimEnd().split("\r\n").slice(1);
  expect(lines.map((line) => line.split(",").slice(0, 2).join("/"))).toEqual(shown(whole));
  return shown(whole);
}

describe("by expiry", () => {
  test("both days are left out, and the order is that of the days", async () => {
    expect(await found("expires_before=2028-01-01")).toEqual(["B/2", "A/1", "A/2", "B/1"]);
    expect(await found("expires_after=2026-12-31")).toEqual(["A/1", "A/2", "B/1", "A/3"]);
    expect(await found("expires_after=2026-12-31&expires_before=2028-01-01")).toEqual([
      "A/1",
      "A/2",
      "B/1",
    ]);
    expect(await found("expires_after=2028-01-01")).toEqual([]);
    expect(await found("expires_before=2026-12-31")).toEqual([]);
    expect(await found("expires_after=2027-03-01&expires_before=2027-03-01")).toEqual([]);
  });

  test("goes with all other filters", async () => {
    await change("A", ["2", "3"], { state: "scrapped", location: "bin" }, { reference: "E-1" });
    await change("B", ["1"], { state: "shipped" }, { party: "Eve", reference: "E-2" });
    const until = "expires_before=2028-02-01";
    expect(await found(until)).toEqual(["B/2", "A/1", "A/2", "B/1", "A/3"]);
    expect(await found(`${until}&product=A`)).toEqual(["A/1", "A/2", "A/3"]);
    expect(await found(`${until}&state=available`)).toEqual(["B/2", "A/1"]);
    expect(await found(`${until}&state=scrapped`)).toEqual(["A/2", "A/3"]);
    expect(await found(`${until}&location=bin&product=A`)).toEqual(["A/2", "A/3"]);
    expect(await found(`${until}&reference=E-1`)).toEqual(["A/2", "A/3"]);
    expect(await found(`${until}&party=Eve`)).toEqual(["B/1"]);
    expect(await found(`${until}&name=1`)).toEqual(["A/1", "B/1"]);
    expect(await found(`${until}&name=1&state=shipped`)).toEqual(["B/1"]);
    // A customer's recall asks for few of very many.
    await change("A", ["3"], { state: "shipped" }, { party: "Zoe" });
    await change("A", ["1"], { state: "shipped" }, { party: "Zoe" });
    expect(await found(`${until}&party=Zoe`)).toEqual(["A/3", "A/1"]);
    await change("A", ["1", "2", "3"], { state: "available", location: null });
    await change("B", ["1"], { state: "available" });
  });
});

describe("by state and location", () => {
  test("the order is that of products and names", async () => {
    await change("B", ["1", "3"], { state: "reserved", location: "R" });
    await change("A", ["4", "1"], { state: "reserved", location: "R" });
    await change("A", ["3"], { state: "consumed", location: "R" });
    expect(await found("state=reserved")).toEqual(["A/1", "A/4", "B/1", "B/3"]);
    expect(await found("location=R")).toEqual(["A/1", "A/3", "A/4", "B/1", "B/3"]);
    expect(await found("state=reserved&product=B")).toEqual(["B/1", "B/3"]);
    expect(await found("location=R&product=A&state=reserved")).toEqual(["A/1", "A/4"]);
    expect(await found("location=R&state=available")).toEqual([]);
    expect(await found("location=r")).toEqual([]);
    expect(await found("state=scrapped")).toEqual([]);
  });

  test("available ones are in the order of their creation", async () => {
    expect(await found("state=available")).toEqual(["A/2", "B/2"]);
    expect(await found("state=available&product=B")).toEqual(["B/2"]);
  });

  test("goes with a job, in the order of creation", async () => {
    const { data } = await ok(service, "GET", "/v1/jobs");
    const job = `job=${data[0].id}`;
    expect(await found(job)).toEqual(Object.keys(expiries));
    expect(await found(`${job}&state=reserved`)).toEqual(["B/1", "A/1", "B/3", "A/4"]);
    expect(await found(`${job}&location=R&product=A`)).toEqual(["A/1", "A/3", "A/4"]);
    expect(await found(`${job}&expires_before=2027-01-01`)).toEqual(["B/2"]);
    const other = "job=00000000-0000-7000-8000-000000000000";
    expect(await found(`${other}&state=reserved`)).toEqual([]);
    await change("B", ["1", "3"], { state: "available", location: null });
    await change("A", ["1", "3", "4"], { state: "available", location: null });
  });
});

describe("by where they went", () => {
  test("a party is that of the last shipment, in the order of the shipments", async () => {
    const ship = (product: string, names: string[], party: string, reference: string) =>
      change(product, names, { state: "shipped" }, { party, reference });
    await ship("B", ["3", "1"], "Ann", "SO-1");
    await ship("A", ["4", "2"], "Ann", "SO-2");
    await ship("A", ["1"], "Bob", "SO-2");
    expect(await found("party=Ann")).toEqual(["B/1", "B/3", "A/2", "A/4"]);
    expect(await found("party=Bob")).toEqual(["A/1"]);
    // One comes back, and goes to somebody else; another comes back and stays.
    await change("B", ["3"], { state: "available" }, { reference: "RMA-1", party: "Ann" });
    await ship("B", ["3"], "Bob", "SO-3");
    await change("A", ["2"], { state: "available" }, { reference: "RMA-2", party: "Ann" });
    expect(await found("party=Ann")).toEqual(["B/1", "A/2", "A/4"]);
    expect(await found("party=Bob")).toEqual(["A/1", "B/3"]);
    expect(await found("party=Ann&state=shipped")).toEqual(["B/1", "A/4"]);
    expect(await found("party=Ann&product=A")).toEqual(["A/2", "A/4"]);
    expect(await found("party=Ann&reference=SO-2")).toEqual(["A/2", "A/4"]);
    expect(await found("party=ann")).toEqual([]);
    // It went out without a party this time.
    await change("B", ["1"], { state: "available" });
    await change("B", ["1"], { state: "shipped" });
    expect(await found("party=Ann")).toEqual(["A/2", "A/4"]);
  });

  test("a reference is that of any change, each lot once, at the last of them", async () => {
    expect(await found("reference=SO-2")).toEqual(["A/2", "A/4", "A/1"]);
    expect(await found("reference=SO-1")).toEqual(["B/1", "B/3"]);
    expect(await found("reference=RMA-1")).toEqual(["B/3"]);
    await change("A", ["2"], { location: "L" }, { reference: "SO-2" });
    expect(await found("reference=SO-2")).toEqual(["A/4", "A/1", "A/2"]);
    expect(await found("reference=SO-2&state=shipped")).toEqual(["A/4", "A/1"]);
    expect(await found("reference=SO-2&name=1")).toEqual(["A/1"]);
    expect(await found("reference=SO-2&location=L")).toEqual(["A/2"]);
    expect(await found("reference=none")).toEqual([]);
  });
});

test("a cursor goes on where it was while lots change underneath", async () => {
  await ok(service, "PUT", "/v1/products/C", { tracking: "lot" });
  const all = ["1", "2", "3", "4", "5", "6"];
  await ok(service, "POST", "/v1/lots", { items: [{ product: "C", names: all }] });
  await change("C", ["1", "2", "3", "5"], { state: "scrapped" });
  const path = "/v1/lots?state=scrapped&product=C&limit=2";
  const first = await ok(service, "GET", path);
  expect(shown(first.data)).toEqual(["C/1", "C/2"]);
  // The last one that was read is no longer in the list, one behind it leaves, and two come in.
  await change("C", ["2", "3"], { state: "available" });
  await change("C", ["4", "6"], { state: "scrapped" });
  const next = await ok(service, "GET", `${path}&cursor=${first.next_cursor}`);
  expect(shown(next.data)).toEqual(["C/4", "C/5"]);
  const last = await ok(service, "GET", `${path}&cursor=${next.next_cursor}`);
  expect(shown(last.data)).toEqual(["C/6"]);
  for (const other of ["state=scrapped", "state=scrapped&product=C&location=x", "product=C"]) {
    const cursor = `cursor=${first.next_cursor}`;
    await refused(service, [400, "cursor_unusable"], "GET", `/v1/lots?${other}&${cursor}`);
  }
});

test("filters that cannot be read are refused", async () => {
  for (const [parameter, value] of [
    ["state", "lost"],
    ["expires_before", "2027-02-29"],
    ["expires_after", "01/02/2027"],
    ["location", ""],
    ["party", ""],
    ["reference", "x".repeat(201)],
    ["receipt", "R-1"],
  ]) {
    const path = `/v1/lots?${parameter}=${value}`;
    const problem = await refused(service, [422, "request_invalid"], "GET", path);
    expect(problem.errors[0]).toMatchObject({ parameter, in: "query" });
  }
});
