import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok, refused, rowsInPages, state } from "./contract.ts";

let service: Service;
let earlier: string;
let receipt: string;

const receive = async (reference: string, ...lines: object[]): Promise<string> =>
  (await ok(service, "POST", "/v1/receipts", { reference, lines })).id;

const cancel = (id: string) =>
  ok(service, "POST", `/v1/receipts/${id}/cancel`, { reason: "sent twice" });

const ship = (product: string, names: string[], party: string) =>
  ok(service, "POST", "/v1/lots/changes", { product, names, set: { state: "shipped" }, party });

const given = (...names: string[]) => names.map((name) => ({ name }));

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{00}", start: 98 });
  await ok(service, "PUT", "/v1/products/A", { tracking: "lot", sequence: "s" });
  await ok(service, "PUT", "/v1/products/B", { tracking: "serial", sequence: "s" });
  earlier = await receive(
    "D-1",
    { product: "A", lots: given("b", "z", "other") },
    { product: "B", lots: given("b", "a", "stays") },
  );
  await ship("B", ["a", "b"], "Ann");
  receipt = await receive(
    "D-2",
    { product: "B", lots: given("b", "n", "a") },
    { product: "A", quantity: 30, quantity_per_lot: 10 },
    { product: "A", text: "z;5\np;2" },
    { product: "A", quantity: 4, quantity_per_lot: 2, first_name: "V-9" },
    { product: "A", lots: given("b") },
  );
});
afterAll(() => service.close());

const made = ["B/n", "A/p", "A/V-9", "A/V-10", "A/S-98", "A/S-99", "A/S-100"];
const grown = ["B/a", "A/b", "B/b", "A/z"];
const ofA = (lot: string) => lot.startsWith("A/");

async function recallOf(...covers: object[]): Promise<string> {
  const body = { reference: "R-1", reason: "cracked housing", covers };
  const opened = await call(service, "POST", "/v1/recalls", { body });
  expect(opened.status, opened.text).toBe(201);
  return opened.headers.get("location") ?? "";
}

interface Row {
  product: string;
  name: string;
}

const shown = (rows: readonly Row[]) => rows.map(({ product, name }) => `${product}/${name}`);

/** The lots of a recall, which have to be the same in pages of any size and as a stream. */
async function covered(recall: string): Promise<string[]> {
  const path = `${recall}/lots`;
  const whole = (await ok(service, "GET", `${path}?limit=1000`)).data;
  for (const limit of [1, 2, 3, 7]) {
    expect(await rowsInPages(service, `${path}?limit=${limit}`)).toEqual(whole);
  }
  const csv = await call(service, "GET", path, { headers: { accept: "text/csv" } });
  const lines = csv.text.trimEnd().split("\r\n").slice(1);
  expect(lines.map((line) => line.split(",").slice(0, 2).join("/"))).toEqual(shown(whole));
  return shown(whole);
}

describe("a recall over a receipt covers", () => {
  test("what it made, then what it grew or took back, of all its products", async () => {
    const recall = await recallOf({ receipt });
    expect(await covered(recall)).toEqual([...made, ...grown]);
    expect((await ok(service, "GET", recall)).covers).toEqual([{ product: null, receipt }]);
    const { data } = await ok(service, "GET", `${recall}/lots?limit=1000`);
    expect(data.find((row: Row) => `${row.product}/${row.name}` === "B/a")).toMatchObject({
      state: "available",
      party: "Ann",
    });
  });

  test("only one of its products, if that is named", async () => {
    const recall = await recallOf({ receipt, product: "A" });
    expect(await covered(recall)).toEqual([...made.filter(ofA), ...grown.filter(ofA)]);
    expect((await ok(service, "GET", recall)).covers).toEqual([{ product: "A", receipt }]);
  });

  test("each lot once, whatever other parts cover it", async () => {
    expect(await covered(await recallOf({ receipt }, { receipt: earlier }))).toEqual([
      ...made,
      ...grown,
      "A/other",
      "B/stays",
    ]);
    const names = { product: "A", names: ["z", "S-99", "other"] };
    const rest = [...made, ...grown].filter((lot) => lot !== "A/z" && lot !== "A/S-99");
    expect(await covered(await recallOf(names, { receipt }))).toEqual(
      ["A/S-99", "A/other", "A/z"].concat(rest),
    );
    // The part of one product leaves the same names of the other.
    expect(await covered(await recallOf({ receipt, product: "A" }, { receipt }))).toEqual([
      ...made.filter(ofA),
      ...grown.filter(ofA),
      "B/n",
      "B/a",
      "B/b",
    ]);
    const span = { product: "A", created_from: "2000-01-01T00:00:00Z" };
    expect(await covered(await recallOf({ receipt: earlier }, span))).toEqual(
      ["A/b", "A/z", "A/other", "B/b", "B/a", "B/stays"].concat(made.filter(ofA)),
    );
  });

  test("nothing when it is cancelled, before or after", async () => {
    const id = await receive("D-3", { product: "A", lots: given("q", "other") });
    const recall = await recallOf({ receipt: id });
    expect(await covered(recall)).toEqual(["A/q", "A/other"]);
    await cancel(id);
    expect(await covered(recall)).toEqual([]);
    expect(await covered(await recallOf({ receipt: id }))).toEqual([]);
    expect(await covered(await recallOf({ receipt: id }, { receipt: earlier }))).toHaveLength(6);
  });

  test("the same when it is closed", async () => {
    const recall = await recallOf({ receipt });
    await ok(service, "POST", `${recall}/close`, { reason: "all are back" });
    expect(await covered(recall)).toEqual([...made, ...grown]);
  });
});

test("a receipt that cannot be covered is refused, and nothing is kept", async () => {
  const before = await state(service);
  const refusal = async (code: string, part: object, options: object = {}) => {
    const covers = [{ receipt }, part];
    const body = { reference: "R", reason: "x", covers };
    const problem = [422, code] as const;
    return refused(service, problem, "POST", "/v1/recalls", { body, ...options });
  };
  const none = "00000000-0000-7000-8000-000000000000";
  const unknown = await refusal("unknown_receipt", { receipt: none, product: "A" });
  expect(unknown).toMatchObject({ receipt: none, errors: [{ pointer: "/covers/1/receipt" }] });
  await refusal("unknown_product", { receipt, product: "NONE" });
  for (const [part, pointer] of [
    [{ receipt, product: "A", names: ["z"] }, "/covers/1"],
    [{ receipt, created_from: "2026-01-01T00:00:00Z" }, "/covers/1"],
    [{ receipt: "D-2" }, "/covers/1/receipt"],
    [{ names: ["z"] }, "/covers/1/product"],
    [{}, "/covers/1/product"],
  ] as const) {
    const problem = await refusal("request_invalid", part);
    expect(problem.errors[0].pointer, JSON.stringify(part)).toBe(pointer);
  }
  expect(await state(service)).toEqual(before);

  // Nor is another tenant's.
  const { key } = await service.createTenant();
  const body = { reference: "R", reason: "x", covers: [{ receipt }] };
  await refused(service, [422, "unknown_receipt"], "POST", "/v1/recalls", { body, key });
});
