import { expect, test } from "vitest";

import { Serialmint, SerialmintProblem } from "../../client/src/client.ts";
import { createService } from "../harness/service.ts";

// The client's own tests run in Node and in a browser; this one shows that it runs in a Worker.

test("the client runs in a Worker: calls, streams and leased numbers", async () => {
  const service = await createService();
  const client = new Serialmint({
    url: "http://serialmint.test",
    apiKey: service.key,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      return service.fetch(request.method, pathname + search, {
        ...(body === "" ? {} : { body }),
        headers: Object.fromEntries(request.headers),
        key: null,
        idempotencyKey: null,
      });
    },
  });
  await client.put("/v1/sequences/{key}", { path: { key: "s" }, body: { pattern: "W-{000}" } });
  const sequence = client.leasedSequence("s");
  const all = await Promise.all(Array.from({ length: 100 }, () => sequence.next()));
  expect(new Set(all.map(({ name }) => name)).size).toBe(100);
  await sequence.close();
  let used = 0;
  for await (const lease of client.stream("/v1/leases")) used += lease.used;
  expect(used).toBe(100);
  const refused = client.get("/v1/sequences/{key}", { path: { key: "none" } });
  await expect(refused).rejects.toBeInstanceOf(SerialmintProblem);
});
