import { afterAll, beforeAll, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { ok } from "../api/contract.ts";

let service: Service;
beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

test("a counter that is read while it is moved is as before or as after", async () => {
  await ok(service, "PUT", "/v1/sequences/moved", { pattern: "M{0000}", hot: true });
  await ok(service, "POST", "/v1/sequences/moved/reservations", { count: 9 });
  const moving = new AbortController();
  const seen = new Set<string>();
  const readers = Array.from({ length: 4 }, async () => {
    while (!moving.signal.aborted) {
      const { next, issued } = await ok(service, "GET", "/v1/sequences/moved");
      seen.add(`${next} ${issued}`);
    }
  });
  for (let move = 0; move < 150; move += 1) {
    const reason = "tried";
    await ok(service, "POST", "/v1/sequences/moved/advance", { to: "70", reason });
    await ok(service, "POST", "/v1/sequences/moved/rewind", { to: "10", reason });
  }
  moving.abort();
  await Promise.all(readers);
  // Moving gives nothing.
  expect([...seen].toSorted()).toEqual(["10 9", "70 9"]);
});
