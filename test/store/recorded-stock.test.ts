import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import {
  eventually,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "./service.ts";

/** What a count is told of products beside what adding up all of their lots gives. */
async function expectTold(service: Service, products: readonly string[]): Promise<void> {
  const told = await service.database.query(
    `select product, location, trim_scale(quantity)::text as quantity
     from available_stock($1, $2) where quantity <> 0 order by product, location`,
    [service.tenant, products],
  );
  const added = await service.database.query(
    `select product, location, trim_scale(sum(quantity))::text as quantity from lots
     where tenant = $1 and product = any ($2) and state = 'available'
     group by product, location having sum(quantity) <> 0 order by product, location`,
    [service.tenant, products],
  );
  expect(told).toEqual(added);
}

async function post(service: Service, path: string, body: object): Promise<{ id: string }> {
  const { status, text, json } = await service.call("POST", path, { body });
  expect(status, text).toBeLessThan(300);
  return json;
}

test("what is recorded of a product is the sum of its available lots, whatever became of them", async () => {
  const service = await serviceForTest();
  const told = () => expectTold(service, ["p", "l"]);
  await putSequence(service, "s", { pattern: "A-{0000}", start: 95 });
  // Bound to no sequence yet, so that A-0110 is only a text.
  await putProduct(service, "p");
  await postLots(service, [{ product: "p", names: ["A-0110", "X-1"] }]);
  await putProduct(service, "p", "s");
  const tracking = { tracking: "lot", sequence: "s" };
  expect((await service.call("PUT", "/v1/products/l", { body: tracking })).status).toBe(201);

  const made = await postLots(service, [
    { product: "p", count: 30 },
    { product: "p", count: 5 },
    { product: "l", count: 3, quantity_each: "2.5" },
  ]);
  expect(made.json.items?.[0].skipped, made.text).toBe(1);
  await post(service, "/v1/receipts", {
    reference: "R-0",
    lines: [
      { product: "p", quantity: "6", location: "WH1" },
      { product: "l", quantity: "7.5", quantity_per_lot: "2", location: "WH2" },
    ],
  });
  const { json: reservation } = await reserve(service, "s", 8);
  await postLots(service, [{ product: "p", reservation: reservation.id, count: 3 }]);
  await told();

  const change = (body: object) => post(service, "/v1/lots/changes", body);
  await change({ product: "p", names: ["A-0096", "A-0097", "X-1"], set: { state: "shipped" } });
  await change({ product: "p", names: ["A-0098", "A-0096"], set: { location: "WH3" } });
  await change({ product: "p", names: ["A-0099"], set: { attributes: { colour: "red" } } });
  await change({ product: "l", names: ["A-0130"], set: { quantity: "7.25" } });
  await change({ product: "l", names: ["A-0131"], set: { state: "scrapped", quantity: "0" } });
  await told();

  // One that comes back, one that grows, new ones; then all of it undone.
  const lines = [
    { product: "p", quantity: "2", lots: [{ name: "A-0096" }, { name: "NEW-1" }] },
    { product: "p", quantity: "4", location: "WH3" },
    { product: "l", quantity: "3", lots: [{ name: "A-0132" }] },
  ];
  const receipt = await post(service, "/v1/receipts", { reference: "R-1", lines });
  await told();
  await post(service, `/v1/receipts/${receipt.id}/cancel`, { reason: "a test" });
  await told();
  const kept = await post(service, "/v1/receipts", { reference: "R-2", lines });
  expect(kept.id).not.toBe(receipt.id);
  await told();
  await change({ product: "p", names: ["NEW-1"], set: { location: "WH1" } });
  await told();
  expect(
    await service.database.query("select 1 from available_stock($1, '{none}')", [service.tenant]),
  ).toEqual([]);
});

test("what a job that was cancelled has made counts, and what it left does not", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  await putProduct(service, "p", "s");
  const cancel = async (): Promise<void> => {
    let job = "";
    await eventually(async () => {
      const [row] = await service.database.query<{ id: string }>(
        "select id from jobs where cursor > 0",
      );
      job = row?.id ?? "";
      return job !== "";
    });
    expect((await service.call("POST", `/v1/jobs/${job}/cancel`)).status).toBe(200);
  };
  await Promise.all([postLots(service, [{ product: "p", count: 240_000 }]), cancel()]);
  await expectTold(service, ["p"]);
});
