import { describe, expect, test } from "vitest";

import { ok } from "../api/contract.ts";
import { sealAll } from "../api/audit/sealing.ts";
import type { Service } from "../harness/service.ts";
import { postLots, putProduct, putSequence, serviceForTest } from "../store/service.ts";
import {
  deliverNow,
  makeWebhook,
  receiver,
  serviceWithoutWebhookPump,
} from "../webhooks/receiving.ts";
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

describe("a sequence", () => {
  test("of which a tenth is left is told of, until more is", async () => {
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

  test("that is used up is told of as long as it is", async () => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0}", overflow: "reject" });
    await ok(service, "POST", "/v1/sequences/s/reservations", { count: 9 });
    await lookAt(service);
    expect(await alerts(service)).toMatchObject([{ facts: { remaining: "0", used: 1 } }]);
    await putSequence(service, "s", { pattern: "A-{00}", overflow: "reject" });
    await lookAt(service);
    expect(await openAlerts(service)).toEqual([]);
  });

  test("that a week takes is told of, whatever share is used", async () => {
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

  test("of a period is told of when it does not last until its end", async () => {
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
});

describe("a job", () => {
  const later = { headers: { prefer: "respond-async" } };

  async function unfinishedJob(): Promise<{ service: Service; id: string }> {
    const pump = { getByName: () => ({ arm: async () => Promise.resolve() }) };
    const service = await serviceForTest({ vars: { JOB_PUMP: pump } });
    await putSequence(service, "s", { pattern: "SN-{0000000}" });
    await putProduct(service, "PHONE", "s");
    const { json } = await postLots(service, [{ product: "PHONE", count: 30_000 }], later);
    return { service, id: json.id };
  }

  test("that nobody works on is told of after five minutes, until somebody does", async () => {
    const { service, id } = await unfinishedJob();
    const setLease = (ago: string) =>
      service.database.query("update jobs set lease_until = now() - $1::interval", [ago]);
    await setLease("4 minutes 50 s");
    expect(await lookAt(service)).toBe(0);
    await setLease("5 minutes 10 s");
    expect(await lookAt(service)).toBe(1);
    expect(await alerts(service)).toMatchObject([
      { kind: "job_stuck", subject: id, facts: { job: id, left: 30_000, error: null } },
    ]);
    await setLease("-15 s");
    expect(await lookAt(service)).toBe(1);
    expect(await openAlerts(service)).toEqual([]);
  });

  test("that failed is told of until it is sent on, cancelled or a week old", async () => {
    const { service, id } = await unfinishedJob();
    const error = { code: "internal_error", detail: "It broke.", retryable: false };
    const failAgain = () =>
      service.database.query(
        "update jobs set status = 'failed', finished_at = now(), lease_until = now(), error = $1::jsonb",
        [JSON.stringify(error)],
      );
    await failAgain();
    await lookAt(service);
    expect(await alerts(service)).toMatchObject([
      { kind: "job_failed", subject: id, facts: { job: id, left: 30_000, error } },
    ]);
    await ok(service, "POST", `/v1/jobs/${id}/retry`);
    await lookAt(service);
    expect(await openAlerts(service)).toEqual([]);
    await failAgain();
    await lookAt(service);
    expect(await openAlerts(service)).toEqual([`job_failed ${id}`]);
    await service.database.query("update jobs set finished_at = now() - interval '7 days'");
    await lookAt(service);
    expect(await openAlerts(service)).toEqual([]);
    await failAgain();
    await lookAt(service);
    await ok(service, "POST", `/v1/jobs/${id}/cancel`);
    await lookAt(service);
    expect(await openAlerts(service)).toEqual([]);
    expect(await alerts(service)).toHaveLength(3);
  });
});

test("a lease that nobody tells of is told of a quarter of an hour after its end, until somebody does", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const lease = await ok(service, "POST", "/v1/sequences/s/leases", {
    count: 10,
    holder: "till-1",
  });
  const expire = (ago: string) =>
    service.database.query("update leases set expires_at = now() - $1::interval", [ago]);
  await expire("14 minutes");
  expect(await lookAt(service)).toBe(0);
  await expire("16 minutes");
  expect(await lookAt(service)).toBe(1);
  expect(await alerts(service)).toMatchObject([
    {
      kind: "lease_unreported",
      subject: lease.id,
      facts: { lease: lease.id, sequence: "s", holder: "till-1", open: "10" },
    },
  ]);
  await service.database.query("update leases set used = '{[1,11)}', open = 0, closed_at = now()");
  await lookAt(service);
  expect(await openAlerts(service)).toEqual([]);
});

describe("an operation", () => {
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
  const forget = (service: Service) => service.database.query("delete from call_figures");

  test("that fails more and more is told of, until it does not", async () => {
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

  test("that has failed as often for an hour does not rise", async () => {
    const service = await serviceForTest();
    await called(service, 20, { calls: 1000, failed: 80 });
    await called(service, 1, { calls: 100, failed: 10 });
    expect(await lookAt(service)).toBe(0);
  });

  test("that becomes slow is told of, until it is not", async () => {
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
});

describe("the audit", () => {
  const compare = (service: Service, seals = 50) =>
    service.database.query("select compare_audit_v1($1, $2, 2000)", [service.tenant, seals]);

  /** A tenant with so many seals, of one event each. */
  async function sealed(seals: number): Promise<Service> {
    const service = await serviceForTest();
    for (let n = 1; n <= seals; n += 1) {
      await putSequence(service, `s${n}`, { pattern: `S${n}-{0000}` });
      await sealAll(service);
    }
    return service;
  }

  test("that was altered is told of, and no more when it is as it was", async () => {
    const service = await sealed(2);
    await compare(service);
    expect(await lookAt(service)).toBe(0);
    const [event] = await service.database.query<{ id: string; facts: string }>(
      "select id, facts::text as facts from audit_events where tenant = $1 order by id limit 1",
      [service.tenant],
    );
    const alter = (facts: string) =>
      service.database.query("update audit_events set facts = $1::jsonb where id = $2", [
        facts,
        event?.id,
      ]);
    await alter('{"nothing": "happened"}');
    await compare(service);
    expect(await lookAt(service)).toBe(1);
    expect(await alerts(service)).toMatchObject([
      { kind: "audit_chain_broken", subject: "audit", facts: { seal: 1, what: "row_changed" } },
    ]);
    await compare(service);
    expect(await lookAt(service)).toBe(0);
    await alter(event?.facts ?? "");
    await compare(service);
    expect(await lookAt(service)).toBe(1);
    expect(await openAlerts(service)).toEqual([]);
  });

  test("is compared piece by piece, round after round", async () => {
    const service = await sealed(7);
    const nextSeal = async () =>
      (await service.database.query<{ next_seal: number }>("select next_seal from audit_rounds"))[0]
        ?.next_seal;
    await compare(service, 3);
    expect(await nextSeal()).toBe(4);
    // Behind the round, so that it is found by the next one; the newest is compared each time.
    await service.database.query(
      "update audit_seals set events = events + 1 where tenant = $1 and number = 2",
      [service.tenant],
    );
    for (const next of [7, 10, 4]) {
      expect(await lookAt(service)).toBe(0);
      await compare(service, 3);
      expect(await nextSeal()).toBe(next);
    }
    expect(await lookAt(service)).toBe(1);
    expect(await alerts(service)).toMatchObject([{ facts: { seal: 2, what: "seal_changed" } }]);
  });

  test("whose newest seal is gone with what it sealed unsealed, or all of its seals, is broken", async () => {
    const service = await sealed(3);
    await compare(service, 1);
    await service.database.query("delete from audit_seals where tenant = $1 and number = 3", [
      service.tenant,
    ]);
    // Up to where everybody is sealed is told by another tenant's seal.
    await service.database.query(
      `insert into audit_seals (tenant, number, sealed_from, sealed_to, events, entries, rows_digest, previous,
                                digest, sealed_at)
       select 'another', 1, '-infinity', now(), 1, 0, sha256(''), sha256(''), sha256(''), now()`,
    );
    await compare(service, 1);
    expect(await lookAt(service)).toBe(1);
    expect(await alerts(service)).toMatchObject([{ facts: { seal: 3, what: "row_unsealed" } }]);
    await service.database.query("delete from audit_seals where tenant = $1", [service.tenant]);
    await compare(service, 1);
    expect(await openAlerts(service)).toEqual(["audit_chain_broken audit"]);
  });
});

test("a webhook that its receiver disabled is told of to the others, until it is enabled", async () => {
  const service = await serviceWithoutWebhookPump();
  const other = await makeWebhook(service, {
    url: "https://other.example/",
    events: ["alert.opened", "alert.closed"],
  });
  const gone = await makeWebhook(service);
  await ok(service, "POST", `/v1/webhooks/${gone.id}/test`);
  const erp = receiver();
  erp.answer = () => new Response(null, { status: 410 });
  await deliverNow(service, gone.id, erp);
  await lookAt(service);
  const [alert] = await alerts(service);
  expect(alert).toMatchObject({
    kind: "webhook_disabled",
    subject: gone.id,
    facts: { webhook: gone.id, url: "https://erp.example/hooks", reason: "gone" },
  });
  await ok(service, "PATCH", `/v1/webhooks/${gone.id}`, { status: "enabled" });
  await lookAt(service);
  await lookAt(service);
  const told = await service.database.query<{ type: string; payload: string }>(
    "select type, payload from events where type <> 'webhook.test' order by at",
  );
  expect(told.map(({ type }) => type)).toEqual(["alert.opened", "alert.closed"]);
  const [opened, closed] = told.map(({ payload }) => JSON.parse(payload).data.alert);
  expect(opened).toEqual(alert);
  expect(closed).toEqual({ ...alert, status: "closed", closed_at: expect.any(String) });
  expect((await ok(service, "GET", `/v1/webhooks/${other.id}/deliveries`)).data).toHaveLength(2);
  // One that its owner disables is no alert.
  await ok(service, "PATCH", `/v1/webhooks/${gone.id}`, { status: "disabled" });
  expect(await lookAt(service)).toBe(0);
});
