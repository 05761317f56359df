import { expect, test } from "vitest";

import { ok, refused } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, reserve, serviceForTest } from "../store/service.ts";
import { rollUp } from "./figures.ts";

interface Rate {
  readonly since: string;
  readonly drawn: string;
  readonly per_hour: number;
  readonly exhausted_at: string | null;
  readonly lasts: boolean | null;
}

interface Forecast {
  readonly remaining: string;
  readonly last_number: string;
  readonly next: string | null;
  readonly used: number;
  readonly ends_at: string | null;
  readonly series: string | null;
  readonly rates: { readonly hour: Rate; readonly day: Rate; readonly week: Rate };
  readonly at: string;
}

const hour = 3_600_000;

function forecast(service: Service, key: string, query = ""): Promise<Forecast> {
  return ok(service, "GET", `/v1/sequences/${key}/forecast${query}`);
}

/** Draws numbers as if so long ago, in Postgres' words, and puts that into the figures. */
async function drawnAgo(service: Service, key: string, count: number, ago: string): Promise<void> {
  const { json } = await reserve(service, key, count);
  await service.database.query(
    "update ledger set at = now() - $2::interval where tenant = $1 and first = $3",
    [service.tenant, ago, json.first],
  );
}

test("what remains is divided by what went in an hour, a day and a week", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", overflow: "reject" });
  await drawnAgo(service, "s", 1680, "6 days");
  await drawnAgo(service, "s", 240, "20 hours");
  await drawnAgo(service, "s", 60, "30 minutes");
  await drawnAgo(service, "s", 1000, "8 days");
  await service.database.query(
    "update tenants set created_at = now() - interval '9 days' where tenant = $1",
    [service.tenant],
  );
  await rollUp(service);
  // This one is in no figures yet, and counts all the same.
  await reserve(service, "s", 19);
  const found = await forecast(service, "s");
  // 1680 + 240 + 60 + 1000 + 19 = 2999 of 9999.
  expect(found).toMatchObject({
    last_number: "9999",
    next: "3000",
    remaining: "7000",
    used: 0.29993,
    ends_at: null,
    series: null,
  });
  const { rates, at } = found;
  expect([rates.hour.drawn, rates.day.drawn, rates.week.drawn]).toEqual(["79", "319", "1999"]);
  const now = Date.parse(at);
  for (const [rate, least, most] of [
    [rates.hour, hour, hour + 60_000],
    [rates.day, 24 * hour, 24 * hour + 60_000],
    [rates.week, 168 * hour, 169 * hour],
  ] as const) {
    const ms = now - Date.parse(rate.since);
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThanOrEqual(most);
    const perHour = (Number(rate.drawn) * hour) / ms;
    expect(rate.per_hour).toBeCloseTo(perHour, 2);
    const until = Date.parse(rate.exhausted_at ?? "") - now;
    expect(until / hour / (7000 / perHour)).toBeCloseTo(1, 4);
    expect(rate.lasts).toBeNull();
  }
});

test("numbers that widen last to the eighteenth digit, and what stands still lasts for ever", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  const still = await forecast(service, "s");
  expect(still).toMatchObject({
    last_number: "999999999999999999",
    remaining: "999999999999999999",
    used: 0,
  });
  const none = { drawn: "0", per_hour: 0, exhausted_at: null, lasts: null };
  expect(still.rates).toMatchObject({ hour: none, day: none, week: none });
  await reserve(service, "s", 5);
  // A hundred thousand million years.
  expect((await forecast(service, "s")).rates.hour).toMatchObject({
    drawn: "5",
    exhausted_at: null,
  });
});

test("no forecast tells of a time that the wire cannot tell", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", overflow: "reject" });
  const at = async (years: number, from: string): Promise<number | null> => {
    const [row] = await service.database.query<{ year: number | null }>(
      `select extract(year from exhausted_at($1::numeric * 365.25 * 24, 1, $2::timestamptz) at time zone 'UTC')::int
              as year`,
      [years, from],
    );
    return row?.year ?? null;
  };
  expect(await at(7970, "2026-12-01T00:00:00Z")).toBe(9997);
  expect(await at(7973, "2026-12-01T00:00:00Z")).toBeNull();
  // Of a series to come its numbers go from its begin on.
  expect(await at(10, "9980-06-01T00:00:00Z")).toBe(9990);
  expect(await at(20, "9980-06-01T00:00:00Z")).toBeNull();
  await putSequence(service, "y", {
    pattern: "Y-{YYYY}-{000000000}",
    reset: "yearly",
    overflow: "reject",
  });
  await reserve(service, "y", 1000);
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  for (const series of ["2030", "9990", "9999"]) {
    const { rates, ends_at } = await forecast(service, "y", `?series=${series}`);
    expect(ends_at).toMatch(shape);
    for (const { exhausted_at } of Object.values(rates)) {
      if (exhausted_at !== null) expect(exhausted_at).toMatch(shape);
    }
  }
});

test("what is skipped or fenced is used, and is no rate", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{000}", overflow: "reject" });
  await reserve(service, "s", 9);
  await ok(service, "POST", "/v1/sequences/s/advance", { to: 500, reason: "printed" });
  await ok(service, "POST", "/v1/sequences/s/fence", { by: 400, reason: "restored" });
  const found = await forecast(service, "s");
  expect(found).toMatchObject({ next: "900", remaining: "100" });
  expect(found.rates.hour.drawn).toBe("9");
});

test("the last number is the one that steps come to, until it is given and behind it", async () => {
  const service = await serviceForTest();
  const steps = { start: 7, increment: 10, overflow: "reject" };
  await putSequence(service, "s", { pattern: "A-{00}", ...steps });
  // 7, 17, ... 97.
  expect(await forecast(service, "s")).toMatchObject({ last_number: "97", remaining: "10" });
  await reserve(service, "s", 9);
  expect(await forecast(service, "s")).toMatchObject({ next: "97", last_number: "97" });
  await reserve(service, "s", 1);
  expect(await forecast(service, "s")).toMatchObject({ next: null, last_number: "97" });
});

test("an exhausted sequence is so now, at any rate", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0}", overflow: "reject" });
  await reserve(service, "s", 9);
  const found = await forecast(service, "s");
  expect(found).toMatchObject({ next: null, remaining: "0", used: 1 });
  expect(found.rates.hour.exhausted_at).toBe(found.at);
});

test("a period ends by the clock of its sequence, and its rate is that of all periods", async () => {
  const service = await serviceForTest();
  const zone = { time_zone: "Asia/Tokyo", reset: "yearly", overflow: "reject" };
  await putSequence(service, "s", { pattern: "A-{YYYY}-{0000000}", ...zone });
  const [year] = await service.database.query<{ year: string }>(
    "select to_char(now() at time zone 'Asia/Tokyo', 'YYYY') as year",
  );
  const here = year?.year ?? "";
  const before = String(Number(here) - 1);
  await reserve(service, "s", 3);
  const body = { count: 10, at: `${before}-12-31` };
  await ok(service, "POST", "/v1/sequences/s/reservations", body);
  const found = await forecast(service, "s");
  expect(found).toMatchObject({
    series: here,
    next: "4",
    remaining: "9999996",
    // Midnight in Tokyo.
    ends_at: `${here}-12-31T15:00:00.000Z`,
  });
  expect(found.rates.hour).toMatchObject({ drawn: "13" });
  // 9,999,996 at about 13 an hour are 87 years, and at three million an hour half a day at most.
  expect(found.rates.hour.lasts).toBe(true);
  const past = await forecast(service, "s", `?series=${before}`);
  expect(past).toMatchObject({
    series: before,
    next: "11",
    ends_at: `${before}-12-31T15:00:00.000Z`,
  });
  expect(past.rates.hour.lasts).toBe(true);
  await reserve(service, "s", 9_999_990);
  expect((await forecast(service, "s")).rates.hour.lasts).toBe(
    Date.parse(`${here}-12-31T15:00:00.000Z`) - Date.now() < 3_000,
  );
  await refused(
    service,
    [422, "series_malformed"],
    "GET",
    "/v1/sequences/s/forecast?series=2026-11",
  );
});

test("where a text names the series, it is of that series alone", async () => {
  const service = await serviceForTest();
  await ok(service, "POST", "/v1/naming-series/next", { series: "A-.####", count: 3 });
  await ok(service, "POST", "/v1/naming-series/next", { series: "B-.####", count: 5 });
  const problem = await refused(
    service,
    [422, "series_not_named"],
    "GET",
    "/v1/sequences/naming-series/forecast",
  );
  expect(problem.errors).toMatchObject([{ parameter: "series", in: "query" }]);
  const found = await forecast(service, "naming-series", "?series=A-");
  expect(found).toMatchObject({ series: "A-", next: "4", ends_at: null });
  expect(found.rates.hour).toMatchObject({ drawn: "3", lasts: null });
  await rollUp(service);
  expect((await forecast(service, "naming-series", "?series=B-")).rates.day.drawn).toBe("5");
});

test("forecasts of all series at once lock no counter: a server has room for some thousand locks", async () => {
  const service = await serviceForTest();
  await putSequence(service, "hot", { pattern: "H-{0000}", hot: true });
  await reserve(service, "hot", 5);
  const session = service.database.session();
  await session.query("begin");
  await session.query("select * from forecasts_of(enter_tenant($1))", [service.tenant]);
  const locked = await session.query(
    `select relation::regclass::text from pg_locks
     where pid = pg_backend_pid() and relation in (select promoted_to from series)`,
  );
  await session.close();
  expect(locked).toEqual([]);
});

test("forecasts of all series of a tenant at once are the same", async () => {
  const service = await serviceForTest();
  const reject = { overflow: "reject" };
  await putSequence(service, "hot", { pattern: "H-{0000}", hot: true, ...reject });
  await putSequence(service, "empty", { pattern: "E-{0}", ...reject });
  await putSequence(service, "still", { pattern: "S-{000}", start: 100, increment: 10, ...reject });
  await putSequence(service, "yearly", { pattern: "Y-{YYYY}-{0000}", reset: "yearly", ...reject });
  const other = await service.createTenant();
  await ok(service, "PUT", "/v1/sequences/theirs", { pattern: "T-{0}" }, { key: other.key });
  await reserve(service, "theirs", 1, { key: other.key });
  await drawnAgo(service, "hot", 1000, "20 hours");
  await reserve(service, "empty", 9);
  await reserve(service, "still", 45);
  await service.database.query(
    "update ledger set at = now() - interval '8 days' where tenant = $1 and first = 100",
    [service.tenant],
  );
  await reserve(service, "yearly", 9999);
  await ok(service, "POST", "/v1/sequences/yearly/reservations", { count: 2, at: "2020-01-01" });
  await rollUp(service);
  const rows = await service.database.query<{
    sequence: string;
    series: string;
    remaining: string;
    last_number: string;
    used_share: number;
    per_hour: number;
    exhausted_at: string | null;
  }>("select * from forecasts_of(enter_tenant($1)) order by sequence", [service.tenant]);
  expect(
    rows.map(({ sequence, remaining, last_number }) => [sequence, remaining, last_number]),
  ).toEqual([
    ["empty", "0", "9"],
    ["hot", "8999", "9999"],
    // 100 to 990, of which 100 to 540 are gone.
    ["still", "45", "990"],
    ["yearly", "0", "9999"],
  ]);
  const [empty, hot, still] = rows;
  expect([empty?.used_share, still?.used_share]).toEqual([1, 0.5]);
  expect(empty?.exhausted_at).not.toBeNull();
  expect(still).toMatchObject({ per_hour: 0, exhausted_at: null });
  // 1000 in 24 to 25 hours, more than in a week: 216 to 225 hours for the rest.
  expect(hot?.per_hour).toBeGreaterThan(40);
  expect(hot?.per_hour).toBeLessThan(41.7);
  const hours = (Date.parse(hot?.exhausted_at ?? "") - Date.now()) / hour;
  expect(hours / (8999 / (hot?.per_hour ?? 0))).toBeCloseTo(1, 3);
});
