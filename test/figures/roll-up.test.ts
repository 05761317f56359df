import { expect, test } from "vitest";

import { postLots, putProduct, putSequence, reserve, serviceForTest } from "../store/service.ts";
import { rollUp } from "./figures.ts";

test("smoke", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  await reserve(service, "s", 7);
  const { json } = await reserve(service, "s", 5);
  await service.call("POST", `/v1/reservations/${json.id}/void`, { body: { reason: "x" } });
  await service.call("POST", `/v1/sequences/s/advance`, { body: { to: 101, reason: "x" } });
  await rollUp(service);
  await service.call("POST", `/v1/sequences/s/rewind`, { body: { to: 51, reason: "x" } });
  await postLots(service, [{ product: "p", count: 3 }]);
  await rollUp(service);
  console.log(await service.database.query("select * from number_figures order by grain, at"));
  console.log(await service.database.query("select * from lot_figures order by grain, at"));
  expect(1).toBe(1);
});
