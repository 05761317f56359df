import { expect, test } from "vitest";

import { isPromoted, ledgerRuns, putSequence, reserve, serviceForTest } from "./service.ts";

// A counter that came from an older copy than the ledger: the ledger refuses its numbers.

test.each([
  [
    "a row",
    false,
    "update series set next = 1 where tenant = $1",
    "update series set next = 21 where tenant = $1",
  ],
  [
    "a Postgres sequence",
    true,
    "select setval(promoted_to, 1, false) from series where tenant = $1",
    "select setval(promoted_to, 20) from series where tenant = $1",
  ],
])("%s behind the ledger: 503 that says so, and nothing is given", async (_, hot, back, ahead) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot });
  for (let n = 0; n < 2; n += 1) await reserve(service, "s", 10);
  expect(await isPromoted(service, "s")).toBe(hot);
  await service.database.query(back, [service.tenant]);
  const answer = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect([answer.status, answer.json.code]).toEqual([503, "counter_behind_ledger"]);
  expect(answer.json.detail).toContain("docs/operating/restoring.md");
  expect(answer.headers.get("retry-after")).toBe("30");
  const given = [
    { first: 1n, last: 10n },
    { first: 11n, last: 20n },
  ];
  expect(await ledgerRuns(service, "s")).toEqual(given);
  await service.database.query(ahead, [service.tenant]);
  const again = await reserve(service, "s", 5, { idempotencyKey: "k" });
  expect([again.status, again.json.first]).toEqual([201, "21"]);
});
