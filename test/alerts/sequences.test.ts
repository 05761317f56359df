import { expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, serviceForTest } from "../store/service.ts";
import { alerts, lookAt, openAlerts } from "./watching.ts";

/** Moves a counter, forward or back, so that `to` is next. */
async function moveTo(service: Service, key: string, to: number, back = false): Promise<void> {
  await ok(service, "POST", `/v1/sequences/${key}/${back ? "rewind" : "advance"}`, {
    to: String(to),
    reason: "as the test wants it",
  });
}

/** What a series drew in each of the last hours, as the figures have it. */
async function drawnHourly(
  service: Service,
  { sequence, series = "", numbers, hours = 24 }: Drawn,
): Promise<void> {
  await service.database.query(
    `insert into number_figures (tenant, grain, at, sequence, series, reservations, reserved, voided, skipped,
                                 fenced, reopened)
     select $1, 'hour', date_trunc('hour', now(), 'UTC') - make_interval(hours => n), $2, $3, 1, $4::numeric, 0, 0, 0, 0
     from generate_series(0, $5 - 1) as n`,
    [service.tenant, sequence, series, numbers, hours],
  );
}

interface Drawn {
  readonly sequence: string;
  readonly series?: string;
  readonly numbers: number;
  readonly hours?: number;
}

test("a sequence of which a tenth is left is told of, until more is", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{00}", overflow: "reject" });
  // 99 numbers. Next is 90: ten are left, a little more than a tenth.
  await moveTo(service, "s", 90);
  expect(await lookAt(service)).toBe(0);
  await moveTo(service, "s", 91);
  expect(await lookAt(service)).toBe(1);
  const [alert] = await alerts(service);
  expect(alert).toEqual({
    id: expect.any(String),
    kind: "sequence_exhaustion_near",
    subject: "s",
    status: "open",
    opened_at: expect.any(String),
    closed_at: null,
    facts: {
      sequence: "s",
      series: null,
      remaining: "9",
      last_number: "99",
      used: 0.9091,
      per_hour: 0,
      exhausted_at: null,
    },
  });
  // Once, however often it is looked at, and not again by turns around the bound.
  expect(await lookAt(service)).toBe(0);
  await moveTo(service, "s", 86, true);
  expect(await lookAt(service)).toBe(0);
  await moveTo(service, "s", 95);
  expect(await lookAt(service)).toBe(0);
  await moveTo(service, "s", 80, true);
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toEqual([
    { ...alert, status: "closed", closed_at: expect.any(String) },
  ]);
  // The next time is an alert of its own.
  await moveTo(service, "s", 99);
  expect(await lookAt(service)).toBe(1);
  expect((await alerts(service)).map(({ status }) => status)).toEqual(["closed", "open"]);
});

test("a sequence that is used up is told of as long as it is", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0}", overflow: "reject" });
  await ok(service, "POST", "/v1/sequences/s/reservations", { count: 9 });
  await lookAt(service);
  expect(await alerts(service)).toMatchObject([{ facts: { remaining: "0", used: 1 } }]);
  await putSequence(service, "s", { pattern: "A-{00}", overflow: "reject" });
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
});

test("a sequence that a week takes is told of, whatever share is used", async () => {
  const service = await serviceForTest();
  await putSequence(service, "slow", { pattern: "S-{0000000}", overflow: "reject" });
  await putSequence(service, "fast", { pattern: "F-{0000000}", overflow: "reject" });
  // 10 million: six days at 70,000 an hour, more than ten days at 40,000.
  await drawnHourly(service, { sequence: "fast", numbers: 70_000 });
  await drawnHourly(service, { sequence: "slow", numbers: 40_000 });
  for (const key of ["slow", "fast"]) {
    await ok(service, "POST", `/v1/sequences/${key}/reservations`, { count: 1 });
  }
  await lookAt(service);
  const [alert, ...more] = await alerts(service);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ subject: "fast", facts: { remaining: "9999998" } });
  const left = (Date.parse(alert.facts.exhausted_at) - Date.now()) / 86_400_000;
  expect(left).toBeGreaterThan(5);
  expect(left).toBeLessThan(7);
});

test("a sequence of a period is told of when it does not last until its end", async () => {
  const service = await serviceForTest();
  const pattern = { overflow: "reject", reset: "monthly" };
  await putSequence(service, "m", { pattern: "M-{YYYY}{MM}-{00}", ...pattern });
  await ok(service, "POST", "/v1/sequences/m/reservations", { count: 95 });
  const [series] = await service.database.query<{ period: string; ends_on: string }>(
    "select period, ends_on from series where sequence = 'm'",
  );
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
  await ok(service, "POST", "/v1/sequences/m/reservations", { count: 4 });
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([`sequence_exhaustion_near m:${series?.period}`]);
});

test("a series that just lasts until its period ends is told of once, not by turns", async () => {
  const service = await serviceForTest();
  // It is noon there, so that the day has half a day left.
  const offset = 12 - new Date().getUTCHours();
  const zone = `Etc/GMT${offset < 0 ? "+" : "-"}${Math.abs(offset)}`;
  const daily = { reset: "daily", overflow: "reject", time_zone: offset === 0 ? "UTC" : zone };
  await putSequence(service, "d", { pattern: "D-{YYYY}{MM}{DD}-{0000000}", ...daily });
  await ok(service, "POST", "/v1/sequences/d/reservations", { count: 1 });
  /** Lets 9,999,998 numbers go so fast that they last for such a share of the time until midnight. */
  const lastFor = async (share: number): Promise<string[]> => {
    await service.database.query("delete from number_figures");
    await service.database.query(
      `insert into number_figures (tenant, grain, at, sequence, series, reservations, reserved, voided, skipped,
                                   fenced, reopened)
       select $1, 'hour', span_begin('hour', now()), 'd', '', 1,
              round(9999998 / ($2::numeric * extract(epoch from midnight - now()))
                    * extract(epoch from now() - span_begin('hour', now() - interval '1 day'))), 0, 0, 0, 0
       from (select (ends_on + 1)::timestamp at time zone $3 as midnight from series where sequence = 'd') as s`,
      [service.tenant, share, daily.time_zone],
    );
    await lookAt(service);
    return openAlerts(service);
  };
  const told = [expect.stringMatching(/^sequence_exhaustion_near d:/)];
  expect(await lastFor(1.05)).toEqual([]);
  expect(await lastFor(0.95)).toEqual(told);
  // A rate is never twice the same, so that being well again takes more.
  expect(await lastFor(1.05)).toEqual(told);
  expect(await lastFor(1.35)).toEqual(told);
  expect(await lastFor(1.5)).toEqual([]);
  expect(await lastFor(1.35)).toEqual([]);
});
