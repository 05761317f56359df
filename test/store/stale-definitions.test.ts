import { describe, expect, test } from "vitest";

import { createDefinitions } from "../../src/domain/definitions/definitions.ts";
import { fenced, productsIn } from "../../src/domain/definitions/load.ts";
import { fail } from "../../src/errors.ts";
import type { Service } from "../harness/service.ts";
import { account, postLots, putProduct, putSequence, reserve, serviceForTest } from "./service.ts";

/** Changes rows as another isolate does it: nobody here hears of it. */
function elsewhere(service: Service, change: string): Promise<unknown> {
  return service.database.query(`update ${change} and tenant = $1`, [service.tenant]);
}

async function warmService(): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "S-{000000}" });
  await putProduct(service, "p");
  expect((await postLots(service, [{ product: "p", names: ["warm"] }])).status).toBe(201);
  return service;
}

describe("a product that had no sequence when this isolate looked", () => {
  test("does not take names that its sequence has given", async () => {
    const service = await warmService();
    await elsewhere(service, "products set sequence = 's' where sku = 'p'");
    const { json } = await reserve(service, "s", 10);
    const taken = await postLots(service, [{ product: "p", names: ["S-000005"] }]);
    expect([taken.status, taken.json.code]).toEqual([409, "name_issued"]);
    const whole = await postLots(service, [{ product: "p", reservation: json.id }]);
    expect(whole.json).toMatchObject({ done: 10, total: 10 });
  });

  test("moves the counter past names that lie beyond it", async () => {
    const service = await warmService();
    await elsewhere(service, "products set sequence = 's' where sku = 'p'");
    await postLots(service, [{ product: "p", names: ["S-000002", "S-000003"] }]);
    const drawn = await postLots(service, [{ product: "p", count: 2 }]);
    expect(drawn.json).toMatchObject({ done: 2, items: [{ first_name: "S-000004", skipped: 0 }] });
    expect(await account(service, "s")).toMatchObject({ passed: 5, skipped: 3, taken: 2 });
  });

  test("draws from the sequence that it has", async () => {
    const service = await warmService();
    await elsewhere(service, "products set sequence = 's' where sku = 'p'");
    const { status, text } = await postLots(service, [{ product: "p", count: 1 }]);
    expect(status, text).toBe(201);
  });
});

test("the default sequence that came since serves names and draws", async () => {
  const service = await warmService();
  await elsewhere(service, "settings set default_sequence = 's' where true");
  await reserve(service, "s", 3);
  const taken = await postLots(service, [{ product: "p", names: ["S-000001"] }]);
  expect([taken.status, taken.json.code]).toEqual([409, "name_issued"]);
  const drawn = await postLots(service, [{ product: "p", count: 1 }]);
  expect(drawn.json.items[0].first_name).toBe("S-000004");
});

test("what a remembered definition refuses is looked at again before it is answered", async () => {
  const service = await warmService();
  await putSequence(service, "f", { pattern: "F-{field.x}-{0000}" });
  expect((await reserve(service, "f", 1)).json.code).toBe("field_missing");
  await elsewhere(service, "sequences set pattern = 'F-{0000}' where key = 'f'");
  const { json } = await reserve(service, "f", 1);
  expect(json.first_name).toBe("F-0001");

  const untracked = { body: { tracking: "none", sequence: "s" } };
  await service.call("PUT", "/v1/products/n", untracked);
  const lines = [{ product: "n", count: 1 }];
  expect((await postLots(service, lines)).json.code).toBe("product_not_tracked");
  await elsewhere(service, "products set tracking = 'serial' where sku = 'n'");
  expect((await postLots(service, lines)).status).toBe(201);

  // A count is looked at by the same rules, and a serial is not counted in halves.
  const count = { body: { lines: [{ product: "n", counted_quantity: "1.5" }] } };
  expect((await service.call("POST", "/v1/counts", count)).json.code).toBe("serial_fraction");
  await elsewhere(service, "products set tracking = 'lot' where sku = 'n'");
  expect((await service.call("POST", "/v1/counts", count)).status).toBe(201);
});

test("a refusal that stands costs one more look, and what comes after it none", async () => {
  const service = await warmService();
  await putProduct(service, "q", "s");
  await postLots(service, [{ product: "q", count: 1 }]);
  const requests = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await service.database.requests();
    await work();
    return (await service.database.requests()) - before;
  };
  const wrong = [{ product: "q", count: 1, quantity_each: "2" }];
  // The products again, and whether the key was used before.
  expect(await requests(() => postLots(service, wrong))).toBe(2);
  expect(await requests(() => postLots(service, [{ product: "q", count: 1 }]))).toBe(1);
});

/** A row of the statement that reads products. */
const row = (sku: string) => ({
  sku,
  definition: sku,
  tracking: "serial",
  sequence: "s",
  expiry: "none",
  shelf_life_days: null,
  served_by: {
    key: "s",
    definition: "d",
    dialect: "native",
    pattern: "S-{0000}",
    reset: "never",
    counter: "s",
    counter_definition: "d",
    time_zone: "UTC",
    fiscal_year_start: "01-01",
    ceiling: "9999",
  },
});

test("a product keeps its sequence though the isolate is made to forget it meanwhile", async () => {
  const definitions = createDefinitions();
  const scope = (skus: readonly string[]) => ({
    tenant: "t",
    definitions,
    // The row's shape is what the statement selects.
    rows: <Row>() => {
      definitions.forget("t");
      return Promise.resolve(skus.map(row) as Row[]);
    },
  });
  await productsIn(scope(["p"]), ["p"]);
  const found = await productsIn(scope(["x"]), ["p", "x"]);
  expect([...found.values()].map(({ sku, servedBy }) => [sku, servedBy?.key])).toEqual([
    ["p", "s"],
    ["x", "s"],
  ]);
});

/** What an isolate looks products up with that has been told of `p`. */
async function scopeThatRemembers() {
  const scope = {
    tenant: "t",
    definitions: createDefinitions(),
    rows: <Row>() => Promise.resolve([row("p")] as Row[]),
  };
  await productsIn(scope, ["p"]);
  return scope;
}

test("a request that is told of overload by an isolate that remembers is not sent into the line again", async () => {
  const scope = await scopeThatRemembers();
  const { definitions } = scope;
  let tries = 0;
  const attempt = async (): Promise<void> => {
    tries += 1;
    await productsIn(scope, ["p"]);
    fail("overloaded", {});
  };
  await expect(fenced({ definitions, caller: { tenant: "t" } }, attempt)).rejects.toMatchObject({
    code: "overloaded",
  });
  expect(tries).toBe(1);
  expect(definitions.product("t", "p")).toBeDefined();
});

test("what another call was told is no reason for this one to look again", async () => {
  const scope = await scopeThatRemembers();
  const { definitions } = scope;
  let tries = 0;
  const attempt = async (): Promise<void> => {
    tries += 1;
    await productsIn({ ...scope, definitions: definitions.forCall() }, ["p"]);
    fail("unknown_product", { product: "q" });
  };
  const own = definitions.forCall();
  await expect(fenced({ definitions: own, caller: { tenant: "t" } }, attempt)).rejects.toThrow();
  expect(tries).toBe(1);
});
