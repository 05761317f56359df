import { describe, expect, test } from "vitest";
import { bindings, exampleApp, postHeaders } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

const app = exampleApp();

/** Every place of a request that is refused before the database is asked, with its sentence. */
async function errorsOf(method: string, path: string, body: unknown): Promise<string[]> {
  const init = { method, headers: postHeaders(), body: JSON.stringify(body) };
  const response = await app.request(path, init, bindings);
  const problem = await expectProblem(response, 422, "request_invalid");
  return (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

const ofLot = (item: object) =>
  errorsOf("POST", "/v1/lots", { items: [{ product: "P", count: 1, ...item }] });

const voiding = (range: object) =>
  errorsOf("POST", "/v1/reservations/s:1/void", { reason: "torn", ...range });
const put = (body: object) => errorsOf("PUT", "/v1/sequences/x", body);

describe("a member's name is told apart from its value", () => {
  test("in attributes", async () => {
    expect(await ofLot({ attributes: { "": "x" } })).toEqual([
      '/items/0/attributes/ The name of items[0].attributes[""] must have at least 1 character; it has 0.',
    ]);
    const long = "a".repeat(65);
    const [error] = await ofLot({ attributes: { [long]: "x" } });
    expect(error).toMatch(
      /The name of items\[0\]\.attributes\[.*\] must have at most 64 characters; it has 65\.$/,
    );
  });

  test("in fields", async () => {
    expect(await ofLot({ fields: { Plant: "B7" } })).toEqual([
      "/items/0/fields/Plant The name of items[0].fields.Plant must be 1 to 40 lower-case letters, digits and underscores, a letter first.",
    ]);
    expect(await ofLot({ fields: { plant: "x".repeat(65) } })).toEqual([
      "/items/0/fields/plant items[0].fields.plant must have at most 64 characters; it has 65.",
    ]);
  });
});

test.each(["2026-02-30", "tomorrow", "2026-11-21T00:00:00Z"])(
  "the day %s is refused once",
  async (produced_on) => {
    expect(await ofLot({ produced_on })).toEqual([
      "/items/0/produced_on items[0].produced_on must be a day that exists, such as 2026-11-21.",
    ]);
  },
);

test("a day before the year 1 is refused as that", async () => {
  expect(await ofLot({ produced_on: "0000-01-01" })).toEqual([
    "/items/0/produced_on items[0].produced_on must be in the year 0001 or later.",
  ]);
});

describe("what a sequence lacks", () => {
  test("with no pattern in any form", async () => {
    expect(await put({})).toEqual([
      "/pattern pattern is missing. Give one, such as SN-{0000000}; or prefix and padding instead of it.",
    ]);
    expect(await put({ dialect: "odoo" })).toEqual([
      "/pattern pattern is missing. Give one, such as SN-%(year)s-%07d; or prefix and padding instead of it.",
    ]);
    expect(await put({ dialect: "frappe", prefix: "SINV-" })).toEqual([
      "/pattern pattern is missing. Give the series, such as SINV-.YYYY.-.#####.",
    ]);
  });

  test.each([{ prefix: "x" }, { suffix: "x" }])("with %o alone", async (body) => {
    expect(await put(body)).toEqual([
      "/padding padding is missing. Give the width of the counter, 1 to 18, beside prefix and suffix; or one pattern instead of them.",
    ]);
  });

  test.each([{ prefix: "x" }, { suffix: "x" }, { padding: 3 }])(
    "and a pattern beside %o",
    async (body) => {
      expect(await put({ pattern: "A-{000}", ...body })).toEqual([
        "/pattern pattern cannot stand beside prefix, padding or suffix: write them into it.",
      ]);
    },
  );
});

test("what is missing is told with what to give", async () => {
  expect(await errorsOf("POST", "/v1/sequences/s/reservations", {})).toEqual([
    "/count count is missing. Give a whole number from 1 to 10000000.",
  ]);
  expect(await errorsOf("POST", "/v1/lots", { items: [{ count: 1 }] })).toEqual([
    "/items/0/product items[0].product is missing. Give the SKU of a product, such as VALVE-20.",
  ]);
  expect(await errorsOf("POST", "/v1/sequences/s/advance", {})).toEqual([
    "/to to is missing. Give a whole number from 0 to 999999999999999999.",
    "/reason reason is missing. Give a text of 1 to 200 characters.",
  ]);
  expect(await errorsOf("PUT", "/v1/products/P", {})).toEqual([
    '/tracking tracking is missing. Give one of "none", "lot", "serial".',
  ]);
  const receipt = { reference: "DN-1", lines: [{ product: "P" }] };
  expect(await errorsOf("POST", "/v1/receipts", receipt)).toEqual([
    "/lines/0/quantity lines[0].quantity is missing. It may be left out only beside lots or text.",
  ]);
});

test("a range to void has both ends, in their order", async () => {
  expect(await voiding({ first: 5 })).toEqual([
    "/last last is missing. Give first and last, or neither for every number that is open.",
  ]);
  expect(await voiding({ last: 5 })).toEqual([
    "/first first is missing. Give first and last, or neither for every number that is open.",
  ]);
  expect(await voiding({ first: 500024, last: 500020 })).toEqual([
    "/first first must not be above last, and 500024 is above 500020.",
  ]);
});
