import { expect, test } from "vitest";

import { putSequence, reserve, serviceForTest, untilWaiting } from "./service.ts";

test("what is drawn while a pattern is replaced is compared with the new one", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "X1{0}" });
  await reserve(service, "s", 9);
  // X11 to X19 are no names of the new pattern, which have three digits at least; X110 is that of number 110.
  const holder = service.database.session();
  await holder.query("begin");
  await holder.query("select from sequences where tenant = $1 for key share", [service.tenant]);
  const saving = service.call("PUT", "/v1/sequences/s", { body: { pattern: "X{000}" } });
  await untilWaiting(service, 1, "put_sequence_v1");
  const { json: tenth } = await reserve(service, "s", 1);
  await holder.query("commit");
  await holder.close();
  const saved = await saving;
  expect(tenth.first_name).toBe("X110");
  expect([saved.status, saved.json.code, saved.json.name]).toEqual([
    409,
    "pattern_overlap",
    "X110",
  ]);
});
