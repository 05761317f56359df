import fc from "fast-check";
import { expect, test } from "vitest";

import { momentOf } from "../../src/domain/patterns/moment.ts";
import { isPeriod } from "../../src/domain/sequences/named-series.ts";
import { lastDayOf, periodOf, resets } from "../../src/domain/sequences/period.ts";
import type { Session } from "../harness/database.ts";
import { expectSeamless, runOf } from "./runs.ts";
import type { Run } from "./runs.ts";
import { amid, inParallel, putSequence, serviceForTest, untilWaiting } from "./service.ts";

const drawAt = (at: string, count = 1) => ({ body: { count, at } });
const path = "/v1/sequences/s/reservations";

test.each([false, true])(
  "the first draw of a period by 32 callers at once (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "{YYYY}{MM}{DD}-{0000}", reset: "daily", hot });
    const runs: Run[] = [];
    await inParallel(32, async (caller) => {
      const { status, json, text } = await service.call(
        "POST",
        path,
        drawAt("2026-11-24", caller + 1),
      );
      expect(status, text).toBe(201);
      expect(json.series).toBe("2026-11-24");
      runs.push(runOf(json));
    });
    // 1 + 2 + ... + 32 numbers, without a gap.
    expect(expectSeamless(runs, 1n)).toBe(529n);
    const rows = await service.database.query("select count(*)::int as n from series");
    expect(rows).toEqual([{ n: 1 }]);
  },
);

test.each([false, true])(
  "a past period is closed, and goes on where it stood (hot: %s)",
  async (hot) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly", hot });
    await service.call("POST", path, drawAt("2020-05-05", 7));
    await service.call("POST", path, drawAt("9999-05-05", 7));
    const close = async () => {
      const [row] = await service.database.query<{ closed: number }>(
        "select close_series_v1(100)::int as closed",
      );
      return row?.closed;
    };
    // 2020 is over, 9999 is not.
    expect(await close()).toBe(1);
    expect(await close()).toBe(0);
    const rows = await service.database.query<{ period: string; promoted: boolean; next: string }>(
      "select period, promoted_to is not null as promoted, next from series order by period",
    );
    expect(rows).toMatchObject([
      { period: "2020", promoted: false, next: "8" },
      { period: "9999", promoted: hot },
    ]);
    const counters = await service.database.query(
      "select count(*)::int as n from pg_class where relnamespace = 'counters'::regnamespace",
    );
    expect(counters).toEqual([{ n: hot ? 1 : 0 }]);
    const { json } = await service.call("POST", path, drawAt("2020-06-06"));
    expect(json.first_name).toBe("2020-0008");
  },
);

test("a period reopens behind its ledger, whatever its row says", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly" });
  await service.call("POST", path, drawAt("2020-05-05", 7));
  await service.database.query("select close_series_v1(100)");
  // As after the restore of an older copy of the row.
  await service.database.query("update series set next = 3 where period = '2020'");
  const { json } = await service.call("POST", path, drawAt("2020-06-06"));
  expect(json.first).toBe("8");
});

test("a period that somebody draws from for long does not keep others from being closed", async () => {
  const service = await serviceForTest();
  await putSequence(service, "busy", { pattern: "B{YYYY}-{0000}", reset: "yearly", hot: true });
  await putSequence(service, "idle", { pattern: "I{YYYY}-{0000}", reset: "yearly", hot: true });
  const draw = (key: string) =>
    service.call("POST", `/v1/sequences/${key}/reservations`, drawAt("2020-05-05"));
  await draw("busy");
  await draw("idle");
  const closed = () =>
    service.database.query("select sequence from series where closed_at is not null order by 1");
  const holder = service.database.session();
  await holder.query("begin");
  await holder.query(`select nextval(promoted_to)
                      from series where sequence = 'busy'`);
  await service.database.query("select close_series_v1(100)");
  expect(await closed()).toEqual([{ sequence: "idle" }]);
  await holder.query("commit");
  await holder.close();
  await service.database.query("select close_series_v1(100)");
  expect(await closed()).toEqual([{ sequence: "busy" }, { sequence: "idle" }]);
});

test("draws of a period that is just being closed are neither lost nor doubled", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly", hot: true });
  const runs: Run[] = [];
  const closing = () => service.database.query("select close_series_v1(100)");
  await amid([closing], () =>
    inParallel(8, async (caller) => {
      for (let draw = 0; draw < 10; draw += 1) {
        const options = {
          ...drawAt("2020-05-05", 1 + (caller % 3)),
          idempotencyKey: crypto.randomUUID(),
        };
        let answer = await service.call("POST", path, options);
        while (answer.json.code === "definition_changed") {
          answer = await service.call("POST", path, options);
        }
        expect(answer.status, answer.text).toBe(201);
        runs.push(runOf(answer.json));
      }
    }),
  );
  // 8 callers, ten draws of 1, 2, 3, 1, 2, 3, 1, 2 numbers.
  expect(expectSeamless(runs, 1n)).toBe(151n);
});

/** Draws in a session of its own, past the service. */
const drawIn = async (session: Session, count: number) => {
  const [drawn] = await session.query(
    `select first, last
     from sequences as q, draw_v1(q.tenant, q.key, '2020', q.definition, $1)`,
    [count],
  );
  return drawn;
};

test("a draw that waits while the counter is closed and promoted anew draws from the present one", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly", hot: true });
  await service.call("POST", path, drawAt("2020-05-05"));
  const [waiting, closing] = [service.database.session(), service.database.session()];
  // A session that has planned and locked all that a draw looks at hears of nothing new until it is done.
  for (let turn = 0; turn < 10; turn += 1) {
    await drawIn(waiting, 1);
    await drawIn(waiting, 2);
  }
  // Postgres sequences belong to the role of the service's functions.
  await closing.query("set role serialmint_rules");
  for (const count of [1, 2]) {
    await closing.query("begin");
    await closing.query("select close_series_v1(100)");
    await waiting.query("begin");
    await waiting.query("select from series where id = 0");
    const drawn = drawIn(waiting, count);
    await untilWaiting(service, 1);
    await drawIn(closing, 1);
    await closing.query("commit");
    // 31 numbers came before, and one of the session that closed and drew each time.
    expect(await drawn).toEqual(
      count === 1 ? { first: "33", last: "33" } : { first: "35", last: "36" },
    );
    await waiting.query("commit");
  }
  await Promise.all([waiting.close(), closing.close()]);
});

test("a gapless series lets callers wait in line, and tells them to come back", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "G-{0000}", mode: "gapless" });
  await service.call("POST", path, drawAt("2026-01-01"));
  const holder = service.database.session();
  await holder.query("begin");
  await holder.query("select from series for update");
  const waiting = await service.call("POST", path, {
    ...drawAt("2026-01-01"),
    idempotencyKey: "k",
  });
  expect([waiting.status, waiting.json.code]).toEqual([503, "sequence_busy"]);
  expect(Number(waiting.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  await holder.query("rollback");
  await holder.close();
  const { json } = await service.call("POST", path, {
    ...drawAt("2026-01-01"),
    idempotencyKey: "k",
  });
  expect(json.first).toBe("2");
});

test("however many callers of a gapless series have had to wait, the next one waits and draws", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "G-{0000}", mode: "gapless" });
  await service.call("POST", path, drawAt("2026-01-01"));
  // As after as many as the column can tell.
  await service.database.query("update series set waits = 32767");
  const holder = service.database.session();
  await holder.query("begin");
  await holder.query("select from series for update");
  const waiting = service.call("POST", path, drawAt("2026-01-01"));
  await untilWaiting(service, 1);
  await holder.query("rollback");
  await holder.close();
  const { status, json, text } = await waiting;
  expect(status, text).toBe(201);
  expect(json.first).toBe("2");
});

test("32 callers on a gapless series, some of whom fail, leave no hole", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "G-{0000}", mode: "gapless" });
  await service.database.fault({ kind: "cut_before", match: "reserve_v1", times: 20 });
  const runs: Run[] = [];
  await inParallel(32, async (caller) => {
    for (let draw = 0; draw < 4; draw += 1) {
      const options = {
        ...drawAt("2026-01-01", 1 + (caller % 2)),
        idempotencyKey: crypto.randomUUID(),
      };
      let answer = await service.call("POST", path, options);
      while (answer.status === 503) answer = await service.call("POST", path, options);
      expect(answer.status, answer.text).toBe(201);
      runs.push(runOf(answer.json));
    }
  });
  // 32 callers, four draws each, half of them of 2.
  expect(expectSeamless(runs, 1n)).toBe(193n);
  const [row] = await service.database.query(
    "select promoted_to is not null as promoted from series",
  );
  expect(row).toEqual({ promoted: false });
});

test("Postgres and TypeScript see the same periods", async () => {
  const service = await serviceForTest();
  const zones = ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"];
  const cases = fc.sample(
    fc.record({
      reset: fc.constantFrom(...resets),
      zone: fc.constantFrom(...zones),
      fiscal: fc.constantFrom("01-01", "06-01", "04-06", "12-31"),
      // 1971 to 2199, in seconds.
      at: fc.integer({ min: 31_536_000, max: 7_258_118_400 }),
    }),
    2000,
  );
  const rows = await service.database.query<{ n: number; period: string; ends_on: string | null }>(
    `select n::int, p.period, period_end(c.reset, p.period, c.fiscal)::text as ends_on
     from jsonb_to_recordset($1::jsonb)
       as c (n integer, reset sequence_reset, zone text, fiscal text, at bigint)
     cross join lateral (select period_at(c.reset, c.zone, c.fiscal, to_timestamp(c.at)) as period) as p
     order by n`,
    [JSON.stringify(cases.map((one, n) => ({ n, ...one })))],
  );
  const expected = cases.map(({ reset, zone, fiscal, at }, n) => {
    const moment = momentOf(undefined, zone, at * 1000, fiscal);
    if (!moment.ok) throw new Error(moment.code);
    const period = periodOf(reset, moment.value);
    return { n, period, ends_on: lastDayOf(period, fiscal) };
  });
  expect(rows).toEqual(expected);
});

test("a zone that Postgres has an abbreviation of has its summer time", async () => {
  const service = await serviceForTest();
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const cases = ["CET", "MET", "eet", "WET", "EST", "MST", "HST"].flatMap((zone) =>
    ["2026-01-15", "2026-07-15"].flatMap((day) =>
      hours.map((hour) => ({ zone, at: Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000 })),
    ),
  );
  const rows = await service.database.query<{ period: string }>(
    `select period_at('daily', c.zone, '01-01', to_timestamp(c.at / 1000)) as period
     from jsonb_to_recordset($1::jsonb) as c (n integer, zone text, at bigint)
     order by n`,
    [JSON.stringify(cases.map((one, n) => ({ n, ...one })))],
  );
  const expected = cases.map(({ zone, at }) => {
    const moment = momentOf(undefined, zone, at);
    if (!moment.ok) throw new Error(moment.code);
    return { period: periodOf("daily", moment.value) };
  });
  expect(rows).toEqual(expected);
});

test("Postgres and TypeScript know the same texts for periods", async () => {
  const service = await serviceForTest();
  const part = fc.integer({ min: 0, max: 54 }).map((n) => String(n).padStart(2, "0"));
  const year = fc
    .oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(0))
    .map((one) => String(one).padStart(4, "0"));
  const text = fc
    .tuple(fc.constantFrom("Y", "FY", "Y-P", "Y-WP", "Y-P-P", "YP", "FY-P"), year, part, part)
    .map(([form, y, first, second]) =>
      form.replace("Y", y).replace("P", first).replace("P", second),
    );
  const cases = [
    ...fc.sample(fc.record({ reset: fc.constantFrom(...resets), text }), 10_000),
    ...Array.from({ length: 60 }, (_, week) => ({
      reset: "weekly" as const,
      text: `${2000 + week}-W53`,
    })),
    ...resets.flatMap((reset) =>
      ["", "0", "abc", "-1", "99999", "2026\n", "٢٠٢٦"].map((odd) => ({ reset, text: odd })),
    ),
  ];
  const rows = await service.database.query<{ n: number; known: boolean }>(
    `select n::int, is_period(c.reset, c.text) as known
     from jsonb_to_recordset($1::jsonb) as c (n integer, reset sequence_reset, text text)
     order by n`,
    [JSON.stringify(cases.map((one, n) => ({ n, ...one })))],
  );
  const expected = cases.map(({ reset, text: one }, n) => {
    return { n, known: isPeriod(one, { reset, fiscalYearStart: "01-01" }) };
  });
  expect(rows).toEqual(expected);
  expect(rows.filter(({ known }) => known).length).toBeGreaterThan(100);
});

test("no series is made of what is no period, whoever asks", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "{FY}-{0000}", reset: "fiscal" });
  const made = service.database.query(
    "select series_of(tenant, key, '2026', definition) from sequences where key = 's'",
  );
  await expect(made).rejects.toThrow(/series_malformed/);
  expect(await service.database.query("select from series")).toEqual([]);
});

const daily = (order: string) => ({
  pattern: `P-{YYYY}${order}-{000}`,
  reset: "daily",
  allow_overlap: true,
});

test("a pattern that is changed while its first number is drawn does not give that name again", async () => {
  const service = await serviceForTest();
  const drawAt = (key: string, at: string) =>
    service.call("POST", `/v1/sequences/${key}/reservations`, { body: { count: 1, at } });
  for (let round = 0; round < 12; round += 1) {
    const key = `s${round}`;
    await putSequence(service, key, daily("{MM}{DD}"));
    // 2 January and 1 February change places in the other pattern.
    const [first, put] = await Promise.all([
      drawAt(key, "2026-01-02"),
      service.call("PUT", `/v1/sequences/${key}`, { body: daily("{DD}{MM}") }),
    ]);
    expect(first.status, first.text).toBe(201);
    const second = await drawAt(key, "2026-02-01");
    expect(second.json.first_name, put.text).not.toBe(first.json.first_name);
    if (first.json.first_name.startsWith("P-20260102"))
      expect(put.json.code).toBe("pattern_overlap");
  }
});
