import { expect, test } from "vitest";

import type { Service } from "../harness/service.ts";
import { serviceForTest } from "../store/service.ts";
import { alerts, lookAt, openAlerts } from "./watching.ts";

/** Calls of an operation in the minute that began so long ago. */
async function called(
  service: Service,
  minutesAgo: number,
  { calls, failed = 0, slow = 0 }: { calls: number; failed?: number; slow?: number },
): Promise<void> {
  for (const [status, code, some, slowOnes] of [
    [200, "", calls - failed, slow],
    [503, "database_unavailable", failed, 0],
  ] as const) {
    if (some === 0) continue;
    const histogram = [some - slowOnes, 0, 0, 0, 0, 0, 0, 0, slowOnes, 0, 0, 0];
    await service.database.query(
      `insert into call_figures (tenant, grain, at, operation, code, sequence, product, status, calls, size,
                                 "time", longest, histogram, database_requests, database_time)
       values ($1, 'minute', now() - make_interval(mins => $2), 'createLots', $3, '', '', $4, $5, 0, 1, 1,
               $6::bigint[], 0, 0)`,
      [service.tenant, minutesAgo, code, status, some, `{${histogram.join(",")}}`],
    );
  }
}
async function forget(service: Service): Promise<void> {
  await service.database.query("delete from call_figures");
}

test("an operation that fails more and more is told of, until it does not", async () => {
  const service = await serviceForTest();
  await called(service, 20, { calls: 1000, failed: 1 });
  await called(service, 1, { calls: 100, failed: 4 });
  expect(await lookAt(service)).toBe(0);
  await called(service, 2, { calls: 20, failed: 2 });
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toMatchObject([
    {
      kind: "errors_rising",
      subject: "createLots",
      facts: {
        operation: "createLots",
        calls: 120,
        failed: 6,
        calls_in_hour_before: 1000,
        failed_in_hour_before: 1,
      },
    },
  ]);
  // Still some, then hardly any.
  await forget(service);
  await called(service, 1, { calls: 100, failed: 2 });
  expect(await lookAt(service)).toBe(0);
  await forget(service);
  await called(service, 1, { calls: 100, failed: 1 });
  expect(await lookAt(service)).toBe(1);
  expect(await openAlerts(service)).toEqual([]);
});

test("an operation that has failed as often for an hour does not rise", async () => {
  const service = await serviceForTest();
  await called(service, 20, { calls: 1000, failed: 80 });
  await called(service, 1, { calls: 100, failed: 10 });
  expect(await lookAt(service)).toBe(0);
});

test("an operation that becomes slow is told of, until it is not", async () => {
  const service = await serviceForTest();
  await called(service, 20, { calls: 1000, slow: 10 });
  await called(service, 1, { calls: 100, slow: 19 });
  expect(await lookAt(service)).toBe(0);
  await forget(service);
  await called(service, 20, { calls: 1000, slow: 10 });
  await called(service, 1, { calls: 100, slow: 20 });
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toMatchObject([
    { kind: "operations_slow", subject: "createLots", facts: { calls: 100, slow: 20 } },
  ]);
  await forget(service);
  await called(service, 1, { calls: 100, slow: 9 });
  expect(await lookAt(service)).toBe(1);
});
