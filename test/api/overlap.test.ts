import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { inParallel } from "../store/service.ts";
import { call, ok, refused } from "./contract.ts";

let service: Service;
let key = "";

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

/** A tenant of its own for each test: patterns are compared within one. */
async function newTenant(): Promise<void> {
  ({ key } = await service.createTenant());
}

const put = (path: string, body: object) => ok(service, "PUT", path, body, { key });
const sequence = (name: string, body: object) => put(`/v1/sequences/${name}`, body);
const post = (path: string, body: object) => ok(service, "POST", path, body, { key });
const refusePut = (code: readonly [number, string], path: string, body: object) =>
  refused(service, code, "PUT", path, { key, body });

/** A file of one sequence of Odoo's, which has a date range. */
const odooFile = (prefix: string, withRanges: string) =>
  "name,prefix,padding,number_next_actual,use_date_range,date_range_ids/date_from," +
  "date_range_ids/date_to,date_range_ids/number_next_actual\n" +
  `Orders,${prefix},4,8,${withRanges},2026-01-01,2026-12-31,8\n`;
const imported = async (body: string) => {
  const headers = { "content-type": "text/csv" };
  return ok(service, "POST", "/v1/imports?kind=odoo_sequences", body, { key, headers });
};

describe("a pattern", () => {
  test("that can give a name of another sequence is refused with the name", async () => {
    await newTenant();
    await sequence("old", { pattern: "SN-{0000}" });
    const problem = await refusePut([409, "pattern_overlap"], "/v1/sequences/new", {
      pattern: "SN-{000000}",
    });
    // The narrower counter comes to six digits.
    expect(problem).toMatchObject({
      sequence: "new",
      other_sequence: "old",
      name: "SN-100000",
      given_by: [{ number: "100000" }, { number: "100000" }],
    });
    // One that stops before does not.
    await sequence("old", { pattern: "SN-{0000}", overflow: "reject" });
    await sequence("new", { pattern: "SN-{000000}" });
  });

  test("that a sequence had when it gave numbers counts for ever", async () => {
    await newTenant();
    await sequence("a", { pattern: "OLD-{0000}" });
    await post("/v1/sequences/a/reservations", { count: 5 });
    await sequence("a", { pattern: "NEW-{0000}" });
    await refusePut([409, "pattern_overlap"], "/v1/sequences/b", { pattern: "OLD-{0000}" });
    // From 6 on it was never given.
    await sequence("b", { pattern: "OLD-{0000}", start: 6 });
    // A pattern that never gave a number is forgotten.
    await sequence("c", { pattern: "C-{0000}" });
    await sequence("c", { pattern: "D-{0000}" });
    await sequence("d", { pattern: "C-{0000}" });
  });

  test("does not come again to numbers that its sequence has passed", async () => {
    await newTenant();
    await sequence("e", { pattern: "E-{0000}" });
    await post("/v1/sequences/e/reservations", { count: 5 });
    // Number 6 of plant E was never given; number 1 was, and does not come again.
    await sequence("e", { pattern: "{field.plant}-{0000}" });
  });

  test("that gives a name twice in two periods is refused with both", async () => {
    await newTenant();
    const problem = await refusePut([422, "pattern_self_clash"], "/v1/sequences/w", {
      pattern: "{YYYY}{WW}-{000}",
      reset: "weekly",
    });
    expect(problem.periods).toHaveLength(2);
    expect(problem.name).toMatch(/^\d{6}-001$/);
    await sequence("w", { pattern: "{GGGG}{WW}-{000}", reset: "weekly" });
    await refusePut([422, "pattern_self_clash"], "/v1/sequences/y", {
      pattern: "Y-{000}",
      reset: "yearly",
    });
  });

  test("of Odoo that shows the period tells it; one that shows now does not", async () => {
    await newTenant();
    const odoo = { dialect: "odoo", padding: 4, reset: "yearly" };
    await sequence("range", { ...odoo, prefix: "R%(range_year)s/" });
    await refusePut([422, "pattern_self_clash"], "/v1/sequences/current", {
      ...odoo,
      prefix: "C%(current_year)s/",
    });
  });

  test.each(["yearly", "monthly", "weekly", "daily", "fiscal"])(
    "of Odoo is told what to write in its own words: %s",
    async (reset) => {
      await newTenant();
      const odoo = { dialect: "odoo", padding: 4, reset, fiscal_year_start: "06-01" };
      const problem = await refusePut([422, "pattern_self_clash"], "/v1/sequences/o", {
        ...odoo,
        prefix: "O/",
      });
      expect(problem.detail).not.toContain("{");
      const [, advised] = /\((%\(range_year\)s.*?)\) to the prefix/.exec(problem.detail) ?? [];
      await sequence("o", { ...odoo, prefix: `O/${advised}/` });
    },
  );

  test("of a file of Odoo's is told so in the words of the file, whose columns mend it", async () => {
    await newTenant();
    const { id } = await imported(odooFile("O/", "True"));
    const { data } = await ok(service, "GET", `/v1/imports/${id}/rows`, undefined, { key });
    expect(data).toMatchObject([{ column: "prefix", code: "pattern_self_clash" }]);
    expect(data[0].detail).toContain("(%(range_year)s) to the prefix or suffix");
    expect(data[0].detail).toContain("use_date_range to False");
    expect(await imported(odooFile("O/", "False"))).toMatchObject({ created: 1 });
    await newTenant();
    expect(await imported(odooFile("P/%(range_year)s/", "True"))).toMatchObject({ created: 1 });
  });
});

describe("an overlap that is allowed", () => {
  test("stands as long as no product takes names of both", async () => {
    await newTenant();
    await sequence("a", { pattern: "X-{0000}" });
    await sequence("b", { pattern: "X-{0000}", allow_overlap: true });
    await put("/v1/products/P", { tracking: "serial", sequence: "a" });
    await put("/v1/products/Q", { tracking: "serial", sequence: "b" });
    await post("/v1/lots", {
      items: [
        { product: "P", count: 2 },
        { product: "Q", count: 2 },
      ],
    });
    // P has lots of a, so it cannot change to b.
    const problem = await refusePut([409, "pattern_shared"], "/v1/products/P", {
      tracking: "serial",
      sequence: "b",
    });
    expect(problem).toMatchObject({ product: "P", sequence: "b", other_sequence: "a" });
    // One that has taken names of neither can.
    await put("/v1/products/N", { tracking: "serial", sequence: "a" });
    await put("/v1/products/M", { tracking: "serial", sequence: "b" });
  });

  test("is refused where a product has taken names of both by then", async () => {
    await newTenant();
    await sequence("a", { pattern: "A-{0000}" });
    await sequence("b", { pattern: "B-{0000}" });
    await put("/v1/products/P", { tracking: "serial", sequence: "a" });
    await post("/v1/lots", { items: [{ product: "P", count: 2 }] });
    await put("/v1/products/P", { tracking: "serial", sequence: "b" });
    await post("/v1/lots", { items: [{ product: "P", count: 2 }] });
    await refusePut([409, "pattern_shared"], "/v1/sequences/b", {
      pattern: "A-{0000}",
      allow_overlap: true,
    });
  });

  test("as a default sequence is refused where products took names of the other", async () => {
    await newTenant();
    await sequence("a", { pattern: "X-{0000}" });
    await sequence("b", { pattern: "X-{0000}", allow_overlap: true });
    await put("/v1/products/P", { tracking: "serial", sequence: "a" });
    await post("/v1/lots", { items: [{ product: "P", count: 1 }] });
    await put("/v1/products/P", { tracking: "serial" });
    await refused(service, [409, "pattern_shared"], "PATCH", "/v1/settings", {
      key,
      body: { default_sequence: "b" },
    });
    await ok(service, "PATCH", "/v1/settings", { default_sequence: "a" }, { key });
  });
});

test("of twins that are saved at once, one is refused", async () => {
  await newTenant();
  const statuses: number[] = [];
  await inParallel(8, async (caller) => {
    const { status } = await call(service, "PUT", `/v1/sequences/twin-${caller}`, {
      key,
      body: { pattern: "TWIN-{0000}" },
    });
    statuses.push(status);
  });
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(new Set(statuses)).toEqual(new Set([201, 409]));
});
