import { expect, test } from "vitest";

import { pause, postLots, putProduct, putSequence, serviceForTest } from "./service.ts";

test("how a product is tracked does not change under lots that are just being recorded", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  // The first lots: recorded, and their commit on its way.
  await service.database.fault({ kind: "delay_commit", ms: 400, match: "create_lots_v1" });
  const recording = postLots(service, [{ product: "p", count: 3 }]);
  await pause(150);
  const change = await service.call("PUT", "/v1/products/p", {
    body: { tracking: "lot", sequence: "s" },
  });
  expect((await recording).status).toBe(201);
  expect(change.status).toBe(409);
  expect(change.json).toMatchObject({ code: "product_tracking_fixed" });
});
