import fc from "fast-check";
import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import { expireFigures } from "../../src/domain/figures/expire.ts";
import { ok } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { importFile, lotsFile } from "../imports/importing.ts";
import {
  pause,
  postLots,
  putProduct,
  putSequence,
  reserve,
  serviceForTest,
} from "../store/service.ts";
import { fireCron } from "../store/without-pump.ts";
import { figuresFrom, rollUp, stats, written } from "./figures.ts";

async function serviceWithSequence(): Promise<Service> {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000000}" });
  return service;
}

test("what happened to numbers is counted by what it was", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 7);
  const { json: reservation } = await reserve(service, "s", 5);
  const reason = "of this test";
  await ok(service, "POST", `/v1/reservations/${reservation.id}/void`, { reason });
  // 13 to 100.
  await ok(service, "POST", "/v1/sequences/s/advance", { to: 101, reason });
  await rollUp(service);
  // Of these 51 to 100 are given back.
  await ok(service, "POST", "/v1/sequences/s/rewind", { to: 51, reason });
  await ok(service, "POST", "/v1/sequences/s/fence", { by: 1000, reason });
  await rollUp(service);
  const counted = {
    reservations: 2,
    numbers: "12",
    voided: "5",
    skipped: "88",
    fenced: "1000",
    reopened: "50",
  };
  const [row, ...more] = await stats(service, "by=sequence");
  expect(more).toEqual([]);
  expect(row).toMatchObject({ subject: "s", ...counted, lots: null });
  expect(await stats(service, "by=tenant")).toMatchObject([
    { subject: service.tenant, ...counted, lots: 0 },
  ]);
});

test("a skip that a rewind cut before anybody counted it counts as it was written", async () => {
  const service = await serviceWithSequence();
  const reason = "of this test";
  await ok(service, "POST", "/v1/sequences/s/advance", { to: 101, reason });
  await ok(service, "POST", "/v1/sequences/s/rewind", { to: 61, reason });
  await ok(service, "POST", "/v1/sequences/s/rewind", { to: 31, reason });
  await rollUp(service);
  // 1 to 100, and of them 61 to 100 and 31 to 60.
  expect(await stats(service, "by=sequence")).toMatchObject([{ skipped: "100", reopened: "70" }]);
});

test("an entry belongs to the minute, hour and day in which it was written, by UTC", async () => {
  const service = await serviceWithSequence();
  for (let n = 0; n < 5; n += 1) await reserve(service, "s", 1);
  const times = [
    "2026-11-30T22:59:59.999999Z",
    "2026-11-30T23:00:00Z",
    "2026-11-30T23:59:59.999999Z",
    "2026-12-01T00:00:00Z",
    "2026-12-01T00:00:59.999999Z",
  ];
  for (const [place, at] of times.entries()) await written(service, place + 1, at);
  await figuresFrom(service, "2026-11-30T00:00:00Z");
  await rollUp(service);
  const span = "from=2026-11-30T00:00:00Z&to=2026-12-02T00:00:00Z";
  const by = async (grain: string) =>
    (await stats(service, `by=sequence&grain=${grain}&${span}`)).map(({ at, numbers }) => [
      at,
      numbers,
    ]);
  expect(await by("minute")).toEqual([
    ["2026-11-30T22:59:00.000Z", "1"],
    ["2026-11-30T23:00:00.000Z", "1"],
    ["2026-11-30T23:59:00.000Z", "1"],
    ["2026-12-01T00:00:00.000Z", "2"],
  ]);
  expect(await by("hour")).toEqual([
    ["2026-11-30T22:00:00.000Z", "1"],
    ["2026-11-30T23:00:00.000Z", "2"],
    ["2026-12-01T00:00:00.000Z", "2"],
  ]);
  expect(await by("day")).toEqual([
    ["2026-11-30T00:00:00.000Z", "3"],
    ["2026-12-01T00:00:00.000Z", "2"],
  ]);
});

test("one statement counts one minute, and passes over time in which nothing was written", async () => {
  const service = await serviceWithSequence();
  for (let n = 0; n < 3; n += 1) await reserve(service, "s", 1);
  await written(service, 1, "2026-01-01T10:00:10Z");
  await written(service, 2, "2026-01-01T10:00:50Z");
  await written(service, 3, "2026-06-01T10:00:00Z");
  await figuresFrom(service, "2025-12-31T00:00:00Z");
  const step = async () => {
    await service.database.query("select roll_up_figures_v1('0')");
    const [row] = await service.database.query<{ reserved: string }>(
      "select sum(reserved) as reserved from number_figures where grain = 'day' and tenant = $1",
      [service.tenant],
    );
    return row?.reserved;
  };
  expect([await step(), await step(), await step()]).toEqual(["2", "3", "3"]);
});

test("what is younger than asked for is left, and counted once it is older", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 3);
  await service.database.query("select roll_up_figures_v1('1 hour')");
  expect(await stats(service, "by=sequence")).toEqual([]);
  await rollUp(service);
  expect(await stats(service, "by=sequence")).toMatchObject([{ numbers: "3" }]);
});

test("a roll-up that dies has counted nothing, and the next one counts it once", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 3);
  const dying = service.database.session();
  await dying.query("begin");
  await dying.query("select roll_up_figures_v1('0')");
  await dying.close();
  expect(await stats(service, "by=sequence")).toEqual([]);
  await rollUp(service);
  await rollUp(service);
  expect(await stats(service, "by=sequence")).toMatchObject([{ numbers: "3", reservations: 1 }]);
});

test("of two roll-ups at once one has nothing to do, and nothing counts twice", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 3);
  const first = service.database.session();
  await first.query("begin");
  await first.query("select roll_up_figures_v1('0')");
  const second = await service.database.query("select roll_up_figures_v1('0') as more");
  expect(second).toEqual([{ more: false }]);
  await first.query("commit");
  await first.close();
  await rollUp(service);
  expect(await stats(service, "by=sequence")).toMatchObject([{ numbers: "3", reservations: 1 }]);
});

test("a draw that began before and commits later is waited for", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 1);
  const drawing = service.database.session();
  await drawing.query("begin");
  await drawing.query("select 1");
  await reserve(service, "s", 1);
  const rolling = service.database.query("select roll_up_figures_v1('0')");
  await pause(200);
  await drawing.query(
    `insert into ledger (tenant, series, first, last, step, form, kind, origin)
     select tenant, series, 100, 109, step, form, kind, origin from ledger where tenant = $1 limit 1`,
    [service.tenant],
  );
  await drawing.query("commit");
  await drawing.close();
  await rolling;
  await rollUp(service);
  expect(await stats(service, "by=sequence&grain=day")).toMatchObject([{ numbers: "12" }]);
});

test("sealing and rolling up do not wait for one another", async () => {
  const service = await serviceWithSequence();
  const other = service.database.session();
  await other.query("begin");
  await other.query("select settled_time('0')");
  const [settled] = await service.database.query("select settled_time('0') is not null as settled");
  expect(settled).toEqual({ settled: true });
  // Whoever else runs is waited for, five seconds.
  await other.query("rollback");
  await other.query("begin");
  await other.query("select 1");
  const [waited] = await service.database.query("select settled_time('0') is not null as settled");
  expect(waited).toEqual({ settled: false });
  await other.close();
});

test("tenants have figures of their own", async () => {
  const service = await serviceWithSequence();
  const other = await service.createTenant();
  const body = { pattern: "A-{000000}" };
  await ok(service, "PUT", "/v1/sequences/s", body, { key: other.key });
  await reserve(service, "s", 3);
  await reserve(service, "s", 4, { key: other.key });
  await rollUp(service);
  expect(await stats(service, "by=sequence")).toMatchObject([{ numbers: "3" }]);
  expect(await stats(service, "by=sequence", other.key)).toMatchObject([{ numbers: "4" }]);
  const all = await service.database.query(
    "select reserved, reservations from number_figures where grain = 'ever'",
  );
  expect(all).toEqual([{ reserved: "7", reservations: "2" }]);
});

test("a reservation of ten million and a jump over nearly all numbers count as what they are", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0}" });
  await reserve(service, "s", 10_000_000);
  const to = "900000000000000001";
  for (let n = 0; n < 12; n += 1) {
    await ok(service, "POST", "/v1/sequences/s/advance", { to, reason: "far" });
    await ok(service, "POST", "/v1/sequences/s/rewind", { to: "10000001", reason: "back" });
  }
  await rollUp(service);
  // Twelve times the numbers from 10,000,001 to 900,000,000,000,000,000: more than a bigint holds.
  expect(await stats(service, "by=sequence&grain=day")).toMatchObject([
    { numbers: "10000000", skipped: "10799999999880000000", reopened: "10799999999880000000" },
  ]);
});

test("minutes add up to hours and days, and equal the ledger, however they are rolled up", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0}", increment: 3 });
  await putSequence(service, "t", { pattern: "B-{0}", hot: true });
  await reserve(service, "s", 1);
  await reserve(service, "t", 1);
  await service.database.query("delete from ledger");
  const entry = fc.record({
    sequence: fc.constantFrom("s", "t"),
    kind: fc.constantFrom("reserved", "void", "skip", "fence"),
    count: fc.integer({ min: 1, max: 10_000_000 }),
    // Microseconds behind the one before: within a minute, or hours later.
    later: fc.oneof(
      fc.integer({ min: 1, max: 60_000_000 }),
      fc.constantFrom(60_000_000, 3_600_000_000, 86_400_000_000),
    ),
    rollUp: fc.boolean(),
  });
  let first = 1_000_000_000n;
  const grainSums = async () =>
    service.database.query(
      `select grain, sequence, sum(reservations)::text as reservations, sum(reserved)::text as reserved,
              sum(voided)::text as voided, sum(skipped)::text as skipped, sum(fenced)::text as fenced
       from number_figures where tenant = $1 group by 1, 2 order by 1, 2`,
      [service.tenant],
    );
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 25 }), async (entries) => {
      await service.database.query("truncate number_figures, figures_until, ledger");
      await figuresFrom(service, "2025-12-31T23:59:30Z");
      let micros = 0;
      const expected = new Map<string, Record<string, bigint>>();
      for (const { sequence, kind, count, later, rollUp: now } of entries) {
        micros += later;
        await service.database.query(
          `insert into ledger (tenant, series, first, last, step, form, kind, origin, at)
           select s.tenant, s.id, $3::bigint, $3::bigint + ($4::bigint - 1) * s.increment, s.increment, f.id,
                  $5::ledger_kind, o.id, timestamptz '2026-01-01 00:00:00Z' + $6::bigint * interval '1 microsecond'
           from series s join forms f on f.series = s.id join origins o on o.tenant = s.tenant
           where s.tenant = $1 and s.sequence = $2`,
          [service.tenant, sequence, String(first), String(count), kind, String(micros)],
        );
        first += 100_000_000n;
        const sums = expected.get(sequence) ?? {
          reservations: 0n,
          reserved: 0n,
          void: 0n,
          skip: 0n,
          fence: 0n,
        };
        sums[kind] = (sums[kind] ?? 0n) + BigInt(count);
        if (kind === "reserved") sums["reservations"] = (sums["reservations"] ?? 0n) + 1n;
        expected.set(sequence, sums);
        // As if the present were a while behind the entry, so that what comes is later.
        if (now) await rollUpTo(service, micros - 15_000_000);
      }
      await rollUp(service);
      const wanted = ["minute", "hour", "day"].flatMap((grain) =>
        [...expected]
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([sequence, sums]) => ({
            grain,
            sequence,
            reservations: String(sums["reservations"]),
            reserved: String(sums["reserved"]),
            voided: String(sums["void"]),
            skipped: String(sums["skip"]),
            fenced: String(sums["fence"]),
          })),
      );
      expect(await grainSums()).toEqual(wanted);
    }),
    { numRuns: 25 },
  );
});

/** Rolls up what was written until so many microseconds into 2026: it is that long ago. */
async function rollUpTo(service: Service, micros: number): Promise<void> {
  for (;;) {
    const [row] = await service.database.query<{ more: boolean }>(
      `select roll_up_figures_v1(clock_timestamp() - timestamptz '2026-01-01 00:00:00Z'
                                 - $1::bigint * interval '1 microsecond') as more`,
      [String(micros)],
    );
    if (row?.more !== true) return;
  }
}

test("is a duty of the scheduled run", async () => {
  const service = await serviceForTest({ main: true });
  await putSequence(service, "s", { pattern: "A-{000}" });
  await reserve(service, "s", 4);
  await reserve(service, "s", 5);
  // Others of this run may have rolled up to a minute ago.
  const [row] = await service.database.query<{ until: string }>("select figured_until() as until");
  await service.database.query(
    "update ledger set at = least(now() - interval '61 seconds', at) where tenant = $1 and first = 1",
    [service.tenant],
  );
  await service.database.query(
    `update ledger set at = $2::timestamptz + interval '1 millisecond'
     where tenant = $1 and first = 1 and at <= $2::timestamptz`,
    [service.tenant, row?.until],
  );
  await fireCron();
  expect(await stats(service, "by=sequence&grain=day&from=2020-01-01T00:00:00Z")).toMatchObject([
    { numbers: "4" },
  ]);
});

test("figures past their time are removed, and those of all time are kept", async () => {
  const service = await serviceWithSequence();
  await reserve(service, "s", 1);
  await rollUp(service);
  await service.database.query(
    `insert into number_figures (tenant, grain, at, sequence, series, reservations, reserved, voided, skipped, fenced, reopened)
     select tenant, g, now() - kept_for(g) - n * interval '1 day', sequence, series, 1, 1, 0, 0, 0, 0
     from number_figures, unnest('{minute,hour,day}'::figure_grain[]) g, generate_series(0, 9) n
     where grain = 'minute'`,
  );
  await service.database.query(
    `insert into call_figures
     select $1, g, now() - kept_for(g) - interval '1 day', 'reserve', '', '', '', 200, 1, 1, 1, 1, '{1}', 1, 1
     from unnest('{minute,hour,day}'::figure_grain[]) g`,
    [service.tenant],
  );
  await service.database.query(
    `insert into lot_figures select $1, g, now() - kept_for(g) - interval '1 day', 'p', 1
     from unnest('{minute,hour,day}'::figure_grain[]) g`,
    [service.tenant],
  );
  await service.database.query(
    `insert into notable_calls (tenant, at, kind, operation, sequence, product, code, status, time, request_id)
     values ($1, now() - interval '8 days', 'slow', 'reserve', '', '', '', 200, 2000, 'r')`,
    [service.tenant],
  );
  await service.database.query(
    "insert into figure_batches values ('-', gen_random_uuid(), now() - interval '2 hours')",
  );
  const removed = async (limit: number) => {
    const [row] = await service.database.query<{ removed: string }>(
      "select expire_figures_v1($1) as removed",
      [limit],
    );
    return Number(row?.removed);
  };
  // At most four of each table and grain, and what else the tenant has: 3 x 4 + 3 + 3 + 1. The batch is another's.
  expect(await removed(4)).toBe(19);
  expect(await removed(4)).toBe(12);
  expect(await removed(1000)).toBe(7);
  expect(await removed(1000)).toBe(0);
  const left = await service.database.query(
    "select grain from number_figures union all select grain from call_figures order by 1",
  );
  expect(left.map(({ grain }) => grain)).toEqual(["minute", "hour", "day", "ever"]);
});

test("a run removes what is past its time of all tenants, however much it is", async () => {
  const service = await serviceForTest();
  const other = await service.createTenant();
  for (const { tenant } of [service, other]) {
    await service.database.query(
      `insert into lot_figures
       select $1, 'minute', date_trunc('minute', now()) - interval '3 days' - n * interval '1 minute', 'p', 1
       from generate_series(1, 21000) n`,
      [tenant],
    );
  }
  const { databaseUrl, endpoint: sqlEndpoint } = service.database;
  const timings = { requests: 0, milliseconds: 0 };
  await expireFigures(openDatabase({ databaseUrl, sqlEndpoint, timings }));
  expect(await service.database.query("select count(*) from lot_figures")).toEqual([
    { count: "0" },
  ]);
  // No statement does it for all of them: it has a few seconds.
  expect(timings.requests).toBeGreaterThan(2);
});

test("lots count for their product when they are recorded, whatever becomes of the job", async () => {
  const service = await serviceWithSequence();
  await putProduct(service, "p", "s");
  await putProduct(service, "q", "s");
  await postLots(service, [
    { product: "p", count: 3 },
    { product: "q", count: 2 },
    { product: "p", names: ["by hand"] },
  ]);
  const { json } = await reserve(service, "s", 4);
  await postLots(service, [{ product: "q", reservation: json.id }]);
  // One name of two is taken.
  await postLots(service, [{ product: "p", names: ["by hand", "another"] }], {
    on_duplicate: "skip",
  });
  await rollUp(service);
  await rollUp(service);
  expect(await stats(service, "by=product&grain=day")).toMatchObject([
    { subject: "p", lots: 5, numbers: null },
    { subject: "q", lots: 6, numbers: null },
  ]);
});

test("lots of a job count as it goes on, once, and to its end", async () => {
  const service = await serviceWithSequence();
  await putProduct(service, "p", "s");
  await postLots(service, [{ product: "p", count: 60_000 }]);
  const lots = async () => {
    await rollUp(service);
    const [row] = await stats(service, "by=product&grain=day");
    return row?.lots ?? 0;
  };
  // The same job, as it stood at other times.
  const stand = (cursor: number, status: string) =>
    service.database.query(
      `update jobs set cursor = $2, status = $3::job_status, error = '{}', updated_at = now() where tenant = $1`,
      [service.tenant, cursor, status],
    );
  await stand(0, "queued");
  expect(await lots()).toBe(0);
  await stand(20_000, "running");
  expect([await lots(), await lots()]).toEqual([20_000, 20_000]);
  await stand(25_000, "failed");
  expect([await lots(), await lots()]).toEqual([25_000, 25_000]);
  await stand(25_000, "queued");
  expect(await lots()).toBe(25_000);
  await stand(60_000, "done");
  expect([await lots(), await lots()]).toEqual([60_000, 60_000]);
  expect(await service.database.query("select * from counted_lots")).toEqual([]);
});

test("lots of an import count as it goes on, once", async () => {
  const service = await serviceForTest();
  await putProduct(service, "p");
  await putProduct(service, "q");
  const { id } = await importFile(service, "odoo_lots", lotsFile(["A", "B", "C"], "p"));
  // The same job, as it stood before it was done.
  const stand = (status: string) =>
    service.database.query(
      "update jobs set status = $2::job_status, updated_at = now() where id = $1",
      [id, status],
    );
  await stand("running");
  await rollUp(service);
  await rollUp(service);
  expect(await stats(service, "by=product&grain=day")).toMatchObject([{ subject: "p", lots: 3 }]);
  await service.database.query(
    `insert into job_items (tenant, job, ordinal, product, presented, numbered, names, count, quantity)
     select tenant, job, 100, 'q', false, false, '{D,E}', 2, 1 from job_items where job = $1`,
    [id],
  );
  await rollUp(service);
  await stand("done");
  await rollUp(service);
  await rollUp(service);
  expect(await stats(service, "by=product&grain=day")).toMatchObject([
    { subject: "p", lots: 3 },
    { subject: "q", lots: 2 },
  ]);
  expect(await service.database.query("select * from counted_lots")).toEqual([]);
});
