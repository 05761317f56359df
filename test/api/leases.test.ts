import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, ok } from "./contract.ts";

let service: Service;

// A tenant of its own for each test: leases are bounded within one.
beforeEach(async () => {
  service = await createService({ main: true });
});
afterEach(() => service.close());

const refused = async (path: string, body: object) => {
  const { status, json } = await call(service, "POST", path, { body });
  expect(status).toBeGreaterThanOrEqual(400);
  return json;
};
const put = (key: string, body: object) => ok(service, "PUT", `/v1/sequences/${key}`, body);
const lease = (key: string, body: object = {}) =>
  ok(service, "POST", `/v1/sequences/${key}/leases`, { count: 10, holder: "till-1", ...body });
const refusedLease = (key: string, body: object = {}) =>
  refused(`/v1/sequences/${key}/leases`, { count: 10, holder: "till-1", ...body });
const say = (verb: string, of: { id: string; token: string }, body: object = {}) =>
  ok(service, "POST", `/v1/leases/${of.id}/${verb}`, { token: of.token, ...body });
const refusedToSay = (verb: string, of: { id: string; token: string }, body: object = {}) =>
  refused(`/v1/leases/${of.id}/${verb}`, { token: of.token, ...body });
const lots = (item: object) =>
  call(service, "POST", "/v1/lots", { body: { items: [{ product: "p", ...item }] } });
const account = (key: string) => ok(service, "GET", `/v1/sequences/${key}/account`);
/** Lets a lease have expired `days` ago. */
const expire = (id: string, days = 0) =>
  service.database.query(
    "update leases set expires_at = now() - make_interval(days => $2, secs => 1) where id = $1",
    [id, days],
  );
const runsOf = async (key: string) =>
  (await ok(service, "GET", `/v1/sequences/${key}/account/runs`)).data.map(
    ({ state, first, last }: Record<string, unknown>) => [state, first, last],
  );

describe("opening", () => {
  test("gives a run, the form of its names and a token", async () => {
    await put("s", { pattern: "A-{0000}/X", increment: 5, start: 3 });
    const made = await call(service, "POST", "/v1/sequences/s/leases", {
      body: { count: 4, holder: "till-1", ttl_s: 60 },
    });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/v1/leases/${made.json.id}`);
    expect(made.json).toMatchObject({
      sequence: "s",
      series: null,
      reservation: "s:3",
      holder: "till-1",
      status: "open",
      first: "3",
      last: "18",
      step: "5",
      count: 4,
      prefix: "A-",
      width: 4,
      suffix: "/X",
      first_name: "A-0003/X",
      last_name: "A-0018/X",
      ttl_s: 60,
      used: 0,
      open: 4,
      ends_at: null,
    });
    expect(Date.parse(made.json.expires_at) - Date.parse(made.json.created_at)).toBe(60_000);
    const { token, ttl_s: _, ...row } = made.json;
    expect(token).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ok(service, "GET", `/v1/leases/${row.id}`)).toEqual({
      ...row,
      open_runs: [{ first: "3", last: "18", count: 4 }],
    });
    // The next caller goes on behind it.
    expect(await lease("s")).toMatchObject({ first: "23" });
  });

  test("is carried out once however often it is sent, and answered the same", async () => {
    await put("s", { pattern: "A-{0000}" });
    const options = { body: { count: 5, holder: "h" }, idempotencyKey: "once" };
    const first = await call(service, "POST", "/v1/sequences/s/leases", options);
    await say("report", first.json, { used_to: "2" });
    const again = await call(service, "POST", "/v1/sequences/s/leases", options);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    // As it stands by now.
    const { ttl_s: left, ...lease } = again.json;
    const { ttl_s: granted, ...before } = first.json;
    expect(lease).toEqual({ ...before, used: 2, open: 3 });
    expect(left).toBeGreaterThan(granted - 60);
    await say("give-back", first.json);
    const over = await call(service, "POST", "/v1/sequences/s/leases", options);
    expect(over.json).toMatchObject({ id: first.json.id, status: "closed", open: 0, ttl_s: 0 });
    expect(await account("s")).toMatchObject({ passed: "5", given_back: "3", open: "2" });
  });

  test("ends when its names would show another date, or its period is over", async () => {
    await put("zone", { pattern: "{YYYY}-{MM}-{DD}-{000}", time_zone: "Asia/Tokyo" });
    const {
      ends_at: endsAt,
      created_at: createdAt,
      expires_at: expiresAt,
    } = await lease("zone", {
      ttl_s: 7_776_000,
    });
    // Midnight in Tokyo is 15:00 UTC, and the next one is within a day.
    expect(endsAt).toMatch(/T15:00:00\.000Z$/);
    expect(Date.parse(endsAt) - Date.parse(createdAt)).toBeGreaterThan(0);
    expect(Date.parse(endsAt) - Date.parse(createdAt)).toBeLessThanOrEqual(86_400_000);
    expect(expiresAt).toBe(endsAt);

    await put("yearly", { pattern: "{YYYY}/{000}", reset: "yearly", time_zone: "UTC" });
    const { series, ends_at: endOfYear } = await lease("yearly");
    expect(endOfYear).toBe(`${Number(series) + 1}-01-01T00:00:00.000Z`);
    // Postgres has an abbreviation of that name, which knows no summer time.
    const fiscal = { reset: "fiscal", fiscal_year_start: "07-01", time_zone: "CET" };
    await put("summer", { pattern: "S{FY}-{000}", ...fiscal });
    expect((await lease("summer")).ends_at).toMatch(/-06-30T22:00:00\.000Z$/);
    await put("plain", { pattern: "P{000}" });
    expect(await lease("plain")).toMatchObject({ ends_at: null });
  });

  test("is refused where numbers cannot be given ahead", async () => {
    await put("strict", { pattern: "G{000}", mode: "gapless" });
    expect(await refusedLease("strict")).toMatchObject({ status: 409, code: "lease_gapless" });
    await put("timed", { pattern: "{hh}{mm}-{0000}" });
    expect(await refusedLease("timed")).toMatchObject({ status: 422, code: "lease_shows_time" });
    await put("narrow", { pattern: "N{0}", overflow: "reject" });
    expect(await refusedLease("narrow")).toMatchObject({ status: 409, code: "sequence_exhausted" });
    expect(await refusedLease("nowhere")).toMatchObject({ status: 404 });
    expect(await account("narrow")).toMatchObject({ passed: "0" });
  });

  test("is bounded: open leases of a holder, numbers of a sequence", async () => {
    await put("s", { pattern: "A-{0000}" });
    await service.database.query(
      `with runs as (
         insert into leases (tenant, id, sequence, series, first, last, step, holder, token, open, expires_at)
         select $1, gen_random_uuid(), 's', 1, n, n, 1, 'till-1', gen_random_uuid(), 1, now() + interval '1 hour'
         from generate_series(1000000, 1000098) as n)
       select 1`,
      [service.tenant],
    );
    await lease("s");
    expect(await refusedLease("s")).toMatchObject({ code: "lease_limit_holder", limit: 100 });
    const other = await lease("s", { holder: "till-2", count: 1_000_000 });
    expect(other.count).toBe(1_000_000);
    await service.database.query("update leases set open = 10000000 where id = $1", [other.id]);
    expect(await refusedLease("s", { holder: "till-3" })).toMatchObject({
      code: "lease_limit_sequence",
      asked: "10",
      // 99 of one, 10 of till-1.
      out: "10000109",
    });
  });

  test("is bounded: leases of a sequence that are not told of", async () => {
    await put("s", { pattern: "A-{0000}" });
    await service.database.query(
      `insert into leases (tenant, id, sequence, series, first, last, step, holder, token, open, expires_at)
       select $1, gen_random_uuid(), 's', 1, n, n, 1, 'h' || n, gen_random_uuid(), 1, now() - interval '1 hour'
       from generate_series(1000000, 1019998) as n`,
      [service.tenant],
    );
    await lease("s");
    expect(await refusedLease("s")).toMatchObject({
      code: "lease_limit_sequence",
      leases: 20_000,
      out: "20009",
    });
  });

  test("takes of the quota of its key", async () => {
    await put("s", { pattern: "A-{0000}" });
    const made = await ok(service, "POST", "/v1/api-keys", {
      name: "device",
      scopes: ["reserve"],
      quota: { numbers_per_day: 15 },
    });
    const open = (count: number) =>
      call(service, "POST", "/v1/sequences/s/leases", {
        body: { count, holder: "h" },
        key: made.key,
      });
    expect((await open(10)).status).toBe(201);
    expect((await open(6)).json.code).toBe("quota_numbers_exceeded");
    expect((await open(5)).status).toBe(201);
  });
});

describe("telling", () => {
  test("what is used, up to a number or in runs, and again", async () => {
    await put("s", { pattern: "A-{0000}", increment: 10 });
    const held = await lease("s");
    expect(await say("report", held, { used_to: 21 })).toMatchObject({ used: 3, open: 7 });
    const used = [
      { first: "21", last: "31" },
      { first: 91, last: 91 },
    ];
    expect(await say("report", held, { used })).toMatchObject({ used: 5, open: 5, late: 0 });
    expect(await say("report", held, { used })).toMatchObject({ used: 5, open: 5 });
    expect((await ok(service, "GET", `/v1/leases/${held.id}`)).open_runs).toEqual([
      { first: "41", last: "81", count: 5 },
    ]);
    for (const wrong of [{ used_to: 22 }, { used_to: 101 }, { used: [{ first: 31, last: 21 }] }]) {
      expect(await refusedToSay("report", held, wrong)).toMatchObject({ code: "lease_range" });
    }
    expect(await refusedToSay("report", held, {})).toMatchObject({ code: "request_invalid" });
  });

  test("what is left over, which is void from then on", async () => {
    await put("s", { pattern: "A-{0000}" });
    const held = await lease("s");
    const given = await say("give-back", held, { used_to: 4, reason: "shift ended" });
    expect(given).toMatchObject({ used: 4, given_back: 6, open: 0, status: "closed" });
    expect(given.closed_at).not.toBeNull();
    expect(await account("s")).toMatchObject({ passed: "10", open: "4", given_back: "6" });
    expect(await runsOf("s")).toEqual([
      ["open", "1", "4"],
      ["given_back", "5", "10"],
    ]);
    expect(await refusedToSay("report", held, { used_to: 5 })).toMatchObject({
      code: "lease_number_given_back",
      given_back: [{ first: "5", last: "5", count: 1 }],
    });
    // What was used stays so, and the counter does not go back.
    expect(await say("report", held, { used_to: 4 })).toMatchObject({ used: 4 });
    expect(await lease("s")).toMatchObject({ first: "11" });
  });

  test("with the token of the lease alone", async () => {
    await put("s", { pattern: "A-{0000}" });
    const held = await lease("s");
    const { token } = await lease("s");
    for (const verb of ["report", "renew", "give-back"]) {
      const body = verb === "report" ? { used_to: 1 } : {};
      const wrong = await refusedToSay(verb, { ...held, token }, body);
      expect(wrong).toMatchObject({ status: 409, code: "lease_token_wrong" });
    }
    const nowhere = { id: "00000000-0000-7000-8000-000000000000", token };
    expect(await refusedToSay("renew", nowhere)).toMatchObject({ code: "lease_not_found" });
    expect(await account("s")).toMatchObject({ on_lease: "20" });
  });

  test("late, which is accepted and flagged, even when it is burned", async () => {
    await put("s", { pattern: "A-{0000}" });
    const held = await lease("s");
    await say("report", held, { used_to: 2 });
    await expire(held.id, 40);
    expect(await account("s")).toMatchObject({ open: "2", unreported: "8", on_lease: "0" });
    expect(await say("report", held, { used_to: 5 })).toMatchObject({
      status: "unreported",
      used: 5,
      late: 3,
    });
    const [row] = await service.database.query(
      "select burn_leases_v1(1000, interval '30 days') as burned",
    );
    expect(row).toEqual({ burned: "1" });
    expect(await account("s")).toMatchObject({
      passed: "10",
      open: "5",
      unreported: "0",
      burned: "5",
    });
    expect(await runsOf("s")).toEqual([
      ["open", "1", "5"],
      ["burned", "6", "10"],
    ]);
    expect(await refusedToSay("renew", held)).toMatchObject({ code: "lease_over" });
    const late = { used: [{ first: 10, last: 10 }] };
    expect(await say("report", held, late)).toMatchObject({ status: "burned", used: 6, late: 4 });
    expect(await account("s")).toMatchObject({ open: "6", burned: "4" });
    expect(await say("give-back", held)).toMatchObject({ status: "closed", given_back: 4 });
    expect(await account("s")).toMatchObject({ open: "6", burned: "0", given_back: "4" });
  });

  test("that it goes on, at most until it ends", async () => {
    await put("s", { pattern: "A-{0000}" });
    const held = await lease("s", { ttl_s: 1 });
    await expire(held.id);
    const renewed = await say("renew", held, { ttl_s: 600 });
    expect(renewed).toMatchObject({ status: "open", ttl_s: 600 });
    expect(renewed).not.toHaveProperty("token");
    await service.database.query(
      "update leases set ends_at = now(), expires_at = now() where id = $1",
      [held.id],
    );
    expect(await refusedToSay("renew", held)).toMatchObject({ code: "lease_period_over" });
    await say("give-back", held);
    expect(await refusedToSay("renew", held)).toMatchObject({ code: "lease_over" });
  });
});

test("a lease whose holder is lost is burned by hand, and its holder still listened to", async () => {
  await put("s", { pattern: "A-{0000}" });
  const held = await lease("s");
  await say("report", held, { used_to: 4 });
  const burn = `/v1/leases/${held.id}/burn`;
  const reason = { reason: "the till was stolen" };
  const { key } = await ok(service, "POST", "/v1/api-keys", { name: "k", scopes: ["reserve"] });
  const stranger = await call(service, "POST", burn, { body: reason, key });
  expect(stranger.json.code).toBe("scope_missing");
  expect(await ok(service, "POST", burn, reason)).toMatchObject({ status: "burned", open: 6 });
  expect(await account("s")).toMatchObject({ passed: "10", open: "4", burned: "6", on_lease: "0" });
  const { data } = await ok(service, "GET", "/v1/sequences/s/account/runs");
  expect(data).toMatchObject([
    { state: "open", first: "1", last: "4", reason: null },
    { state: "burned", first: "5", last: "10", ...reason },
  ]);
  expect(await refused(burn, reason)).toMatchObject({ code: "lease_over" });
  expect(await say("report", held, { used_to: 5 })).toMatchObject({ used: 5, late: 1 });
  expect(await account("s")).toMatchObject({ open: "5", burned: "5" });
});

test("a lost answer is told again, though nothing of the kind could be leased by now", async () => {
  await put("s", { pattern: "A-{0000}" });
  const options = { body: { count: 5, holder: "h" }, idempotencyKey: "lost" };
  const first = await call(service, "POST", "/v1/sequences/s/leases", options);
  await put("s", { pattern: "A{hh}-{0000}" });
  const again = await call(service, "POST", "/v1/sequences/s/leases", options);
  expect(again.status, again.text).toBe(201);
  expect(again.json).toMatchObject({ id: first.json.id, token: first.json.token });
});

test("what is used is told in one way", async () => {
  await put("s", { pattern: "A-{0000}" });
  const held = await lease("s");
  const twice = { used_to: 2, used: [{ first: 1, last: 2 }] };
  const errorsOf = async (verb: string, body: object) => {
    const { code, errors } = await refusedToSay(verb, held, body);
    expect(code).toBe("request_invalid");
    return errors;
  };
  expect(await errorsOf("report", twice)).toMatchObject([
    { pointer: "/used_to", detail: "used_to cannot stand beside used: give one of the two." },
  ]);
  expect(await errorsOf("report", {})).toMatchObject([
    { pointer: "/used_to", detail: "used_to is missing. Give it, or used in its place." },
  ]);
  const both =
    "used_to cannot stand beside used: give one of the two, or none if nothing new is used.";
  expect(await errorsOf("give-back", twice)).toMatchObject([{ pointer: "/used_to", detail: both }]);
});

test("a replay tells how an opened lease now stands, of all else what was told the first time", async () => {
  await put("s", { pattern: "A-{0000}" });
  const opening = { body: { count: 10, holder: "h", ttl_s: 60 }, idempotencyKey: "opening" };
  const open = () => call(service, "POST", "/v1/sequences/s/leases", opening);
  const { id, token } = (await open()).json;
  const renewal = { body: { token, ttl_s: 600 }, idempotencyKey: "renewal" };
  const renew = () => call(service, "POST", `/v1/leases/${id}/renew`, renewal);
  const telling = { body: { token, used_to: 4 }, idempotencyKey: "telling" };
  const tell = () => call(service, "POST", `/v1/leases/${id}/report`, telling);
  const giving = { body: { token }, idempotencyKey: "giving" };
  const give = () => call(service, "POST", `/v1/leases/${id}/give-back`, giving);
  const renewed = await renew();
  const told = await tell();
  const given = await give();
  expect((await renew()).text).toBe(renewed.text);
  expect(renewed.json).toMatchObject({ status: "open", open: 10, ttl_s: 600 });
  expect((await tell()).text).toBe(told.text);
  expect(told.json).toMatchObject({ status: "open", open: 6 });
  expect((await give()).text).toBe(given.text);
  expect((await open()).json).toMatchObject({ id, token, status: "closed", open: 0, ttl_s: 0 });
});

describe("names on lease", () => {
  beforeEach(async () => {
    await put("s", { pattern: "A-{0000}" });
    await ok(service, "PUT", "/v1/products/p", { tracking: "serial", sequence: "s" });
  });

  test("are recorded by their holder only", async () => {
    const { reservation, token, id } = await lease("s");
    expect((await lots({ reservation })).json.code).toBe("reservation_on_lease");
    expect((await lots({ names: ["A-0003"] })).json.code).toBe("name_issued");
    const stranger = await lease("s");
    const wrong = await lots({ reservation, lease_token: stranger.token });
    expect(wrong.json.code).toBe("lease_token_wrong");
    const own = { reservation, lease_token: token };
    expect((await lots({ ...own, first_name: "A-0003", count: 2 })).status).toBe(201);
    expect(await ok(service, "GET", `/v1/leases/${id}`)).toMatchObject({ used: 2, open: 8 });
    expect(await account("s")).toMatchObject({ taken: "2", on_lease: "18", open: "0" });
    // Once recorded they are used up for the holder as well.
    const twice = await lots({ ...own, first_name: "A-0003", count: 1 });
    expect(twice.json.code).toBe("reservation_used");
    const rest = await lots({ ...own, first_name: "A-0004", count: 2 });
    expect(rest.json.code).toBe("reservation_used");
    const plain = await ok(service, "POST", "/v1/sequences/s/reservations", { count: 1 });
    const unleased = await lots({ reservation: plain.id, lease_token: token });
    expect(unleased.json.code).toBe("reservation_not_leased");
    const stray = await lots({ names: ["X"], lease_token: token });
    expect(stray.json.code).toBe("request_invalid");
  });

  test("are anybody's once their holder has reported them", async () => {
    const held = await lease("s");
    await say("report", held, { used_to: 2 });
    expect((await lots({ reservation: held.reservation })).json).toMatchObject({ total: 2 });
    const { reservation: id } = held;
    const voided = { reason: "torn" };
    expect(await refused(`/v1/reservations/${id}/void`, voided)).toMatchObject({
      code: "reservation_on_lease",
      lease: held.id,
      holder: "till-1",
    });
    await say("report", held, { used_to: 4 });
    const range = { ...voided, first: 3, last: 3 };
    await ok(service, "POST", `/v1/reservations/${id}/void`, range);
    expect((await ok(service, "GET", `/v1/reservations/${id}`)).open).toEqual([
      { first: "4", last: "4", count: 1 },
    ]);
    expect(await runsOf("s")).toEqual([
      ["taken", "1", "2"],
      ["voided", "3", "3"],
      ["open", "4", "4"],
      ["on_lease", "5", "10"],
    ]);
  });
});

test("leases are listed by sequence, holder and status, without their tokens", async () => {
  await put("s", { pattern: "A-{0000}" });
  await put("t", { pattern: "B-{0000}" });
  const first = await lease("s");
  const second = await lease("s", { holder: "till-2" });
  const third = await lease("t");
  await say("give-back", first);
  await expire(second.id);
  const listed = async (query: string) =>
    (await ok(service, "GET", `/v1/leases?${query}`)).data.map(({ id }: { id: string }) => id);
  expect(await listed("")).toEqual([first.id, second.id, third.id]);
  expect(await listed("sequence=s")).toEqual([first.id, second.id]);
  expect(await listed("holder=till-1")).toEqual([first.id, third.id]);
  expect(await listed("status=closed")).toEqual([first.id]);
  expect(await listed("status=unreported")).toEqual([second.id]);
  expect(await listed("status=open")).toEqual([third.id]);
  const { data } = await ok(service, "GET", "/v1/leases");
  for (const row of data) expect(row).not.toHaveProperty("token");
});

test("a key that is limited to a sequence has that one's leases, of a shared counter too", async () => {
  await put("inv", { dialect: "frappe", pattern: "SINV-.#####" });
  await put("other", { pattern: "B-{0000}" });
  const { key } = await ok(service, "POST", "/v1/api-keys", {
    name: "device",
    scopes: ["reserve"],
    sequences: ["inv"],
  });
  const body = { count: 3, holder: "h" };
  const made = await call(service, "POST", "/v1/sequences/inv/leases", { body, key });
  expect(made.json).toMatchObject({ sequence: "inv", series: "SINV-", first_name: "SINV-00001" });
  const path = `/v1/leases/${made.json.id}`;
  expect((await call(service, "GET", path, { key })).status).toBe(200);
  const { token } = made.json;
  const told = await call(service, "POST", `${path}/report`, { body: { token, used_to: 1 }, key });
  expect(told.status).toBe(201);
  const foreign = await lease("other");
  const refusals = await Promise.all([
    call(service, "GET", `/v1/leases/${foreign.id}`, { key }),
    call(service, "POST", "/v1/sequences/other/leases", { body, key }),
    call(service, "GET", "/v1/leases", { key }),
  ]);
  expect(refusals.map(({ json }) => json.code)).toEqual(Array(3).fill("api_key_limited"));
  expect((await call(service, "GET", "/v1/leases?sequence=inv", { key })).json.data).toHaveLength(
    1,
  );
});
