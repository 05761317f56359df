import { expect, test } from "vitest";

import type { Answer, Service } from "../harness/service.ts";
import { account, postLots, putProduct, putSequence, reserve, serviceForTest } from "./service.ts";

interface AccountRun {
  readonly state: string;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly count: number;
  readonly reason: string | null;
}

async function runsOf(service: Service, key: string, limit = 1000): Promise<AccountRun[]> {
  const runs: AccountRun[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const behind: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const path = `/v1/sequences/${key}/account/runs?limit=${limit}${behind}`;
    const { json, text, status } = await service.call("GET", path);
    expect(status, text).toBe(200);
    runs.push(...json.data);
    cursor = json.next_cursor;
  }
  return runs;
}

/** The runs follow one another, and their sums are those of the account. */
async function expectWhole(service: Service, key: string): Promise<void> {
  const runs = await runsOf(service, key);
  const sums = await account(service, key);
  const of = (...states: string[]) =>
    runs.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
  const told = {
    taken: of("taken"),
    open: of("open"),
    on_lease: of("on_lease"),
    unreported: of("unreported"),
    given_back: of("given_back"),
    voided: of("voided"),
    skipped: of("skipped", "fenced"),
    burned: of("burned"),
    in_flight: of("in_flight"),
  };
  expect(sums).toMatchObject(told);
  expect(Object.values(told).reduce((sum, part) => sum + part, 0)).toBe(sums["passed"]);
  runs.slice(1).forEach((run, index) => {
    const before = runs[index];
    expect(BigInt(run.first), "hole or overlap").toBe(
      BigInt(before?.last ?? 0) + BigInt(before?.step ?? 0),
    );
  });
  // However short the pages.
  expect(await runsOf(service, key, 3)).toEqual(runs);
}

/** A call that drew of every series and failed: a Postgres sequence does not go back with it. */
async function drawAndFail(service: Service, count: number): Promise<void> {
  const session = service.database.session();
  await session.query("begin");
  await session.query(
    "select draw_v1(s.tenant, s.sequence, s.period, s.definition, $1) from series as s",
    [count],
  );
  await session.query("rollback");
  await session.close();
}

/** A generator of whole numbers below `most`, the same for the same seed (mulberry32). */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

const post = (service: Service, path: string, body: object) => service.call("POST", path, { body });

test.each([1, 2, 3, 4, 5, 6])(
  "whatever happens to numbers, each stands in one run, and the runs add up (%i)",
  async (seed) => {
    const roll = dice(seed);
    const service = await serviceForTest();
    const hot = seed % 2 === 0;
    let increment = 1;
    const put = () => putSequence(service, "s", { pattern: "A-{0000}", hot, increment });
    await put();
    await putProduct(service, "p", "s");
    const reservations: string[] = [];
    const leases: Answer["json"][] = [];
    const some = <Value>(values: readonly Value[]) => values[roll(values.length)];
    /** A run within a reservation or lease. */
    const part = ({ first, step, count }: Answer["json"]) => {
      const from = roll(count);
      const to = from + roll(count - from);
      const at = (place: number) => String(BigInt(first) + BigInt(place) * BigInt(step));
      return { first: at(from), last: at(to) };
    };
    const deeds: (() => Promise<unknown>)[] = [
      async () => reservations.push((await reserve(service, "s", 1 + roll(9))).json.id),
      async () => {
        const body = { count: 1 + roll(12), holder: "h" };
        leases.push((await post(service, "/v1/sequences/s/leases", body)).json);
      },
      async () => postLots(service, [{ product: "p", count: 1 + roll(5) }]),
      async () => {
        const id = some(reservations);
        if (id === undefined) return;
        const { json } = await service.call("GET", `/v1/reservations/${id}`);
        const range = roll(2) === 0 ? {} : part(json);
        await post(service, `/v1/reservations/${id}/void`, { reason: "torn", ...range });
      },
      async () => postLots(service, [{ product: "p", reservation: some(reservations) }]),
      async () => {
        const lease = some(leases);
        if (lease === undefined) return;
        const { reservation, token: lease_token } = lease;
        await postLots(service, [{ product: "p", reservation, lease_token, count: 1 }]);
      },
      async () => {
        const lease = some(leases);
        if (lease === undefined) return;
        const used = [part(lease)];
        await post(service, `/v1/leases/${lease.id}/report`, { token: lease.token, used });
      },
      async () => {
        const lease = some(leases);
        if (lease === undefined) return;
        await post(service, `/v1/leases/${lease.id}/give-back`, { token: lease.token });
      },
      async () => {
        const lease = some(leases);
        if (lease === undefined) return;
        await service.database.query(
          `update leases set expires_at = now() - interval '1 second',
                             burned_at = case when $2 and closed_at is null then now() end
           where id = $1`,
          [lease.id, roll(2) === 0],
        );
      },
      async () => {
        const { next } = (await service.call("GET", "/v1/sequences/s")).json;
        const to = String(BigInt(next) + BigInt(increment * (1 + roll(4))));
        await post(service, "/v1/sequences/s/advance", { to, reason: "bought labels" });
      },
      async () => {
        const { next } = (await service.call("GET", "/v1/sequences/s")).json;
        const to = BigInt(next) - BigInt(increment * (1 + roll(4)));
        if (to < 1n) return;
        await post(service, "/v1/sequences/s/rewind", { to: String(to), reason: "sent back" });
      },
      async () => {
        increment = 1 + roll(3);
        await put();
      },
      () => drawAndFail(service, 1 + roll(3)),
      // As a crash leaves a Postgres sequence: some numbers ahead of what anybody was given.
      async () => {
        if (!hot) return;
        await service.database.query(
          `select setval(promoted_to, next_number(series) + $1 * increment) from series
           where promoted_to is not null`,
          [roll(32)],
        );
      },
    ];
    for (let turn = 0; turn < 60; turn += 1) await some(deeds)?.();
    await expectWhole(service, "s");
  },
);

test("what a crash burned is told as that, whatever became of the increment", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true });
  await reserve(service, "s", 2);
  const crash = (ahead: number) =>
    service.database.query(
      "select setval(promoted_to, next_number(series) + ($1 - 1) * increment) from series",
      [ahead],
    );
  await crash(3);
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true, increment: 10 });
  await crash(2);
  await reserve(service, "s", 1);
  const shown = (await runsOf(service, "s")).map(({ state, first, last, step, count, reason }) => [
    state,
    first,
    last,
    step,
    count,
    reason,
  ]);
  // 1, 2; then 3, 4, 5 by ones; then 6 and 16 by tens; then 26.
  expect(shown).toEqual([
    ["open", "1", "2", "1", 2, null],
    ["burned", "3", "5", "1", 3, "left by a call that failed, or by a crash"],
    ["burned", "6", "16", "10", 2, "left by a call that failed, or by a crash"],
    ["open", "26", "26", "10", 1, null],
  ]);
  await expectWhole(service, "s");
});

test("what was burned before anything was given is told as that, whatever became of the increment", async () => {
  const service = await serviceForTest();
  const put = (increment: number) =>
    putSequence(service, "s", { pattern: "A-{0000}", hot: true, start: 100, increment });
  await put(1);
  await putProduct(service, "p", "s");
  // A name made elsewhere before the first number promotes the counter and moves nothing.
  await postLots(service, [{ product: "p", names: ["A-0050"] }]);
  await drawAndFail(service, 3);
  await reserve(service, "s", 1);
  await put(10);
  const shown = (await runsOf(service, "s")).map(({ state, first, last }) => [state, first, last]);
  expect(shown).toEqual([
    ["burned", "100", "102"],
    ["open", "103", "103"],
  ]);
  await expectWhole(service, "s");
});

test("a closed period whose increment has grown goes on with the number that was next", async () => {
  const service = await serviceForTest();
  const put = (increment: number) =>
    putSequence(service, "s", { pattern: "{YYYY}-{0000}", reset: "yearly", increment });
  const draw = async () => {
    const body = { count: 2, at: "2020-05-05" };
    const { first, last } = (await post(service, "/v1/sequences/s/reservations", body)).json;
    return [first, last];
  };
  await put(3);
  expect(await draw()).toEqual(["1", "4"]);
  await service.database.query("select close_series_v1(100)");
  await put(5);
  expect(await draw()).toEqual(["7", "12"]);
  await expectWhole(service, "s");
});

test("draws that are being made are in flight", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot: true });
  await reserve(service, "s", 2);
  const session = service.database.session();
  await session.query("begin");
  await session.query(
    "select draw_v1(s.tenant, s.sequence, s.period, s.definition, 3) from series as s",
  );
  const shown = (await runsOf(service, "s")).map(({ state, first, last }) => [state, first, last]);
  await session.query("rollback");
  expect(shown).toEqual([
    ["open", "1", "2"],
    ["in_flight", "3", "5"],
  ]);
});

test("leases that are scattered over many numbers are told number by number", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{00000}" });
  const count = 20_000;
  for (const start of [1, 20_001]) {
    const leased = await post(service, "/v1/sequences/s/leases", { count, holder: "h" });
    const { id, token } = leased.json;
    // Every second one.
    const used = Array.from({ length: count / 2 }, (_, place) => {
      const number = String(start + 2 * place);
      return { first: number, last: number };
    });
    await post(service, `/v1/leases/${id}/report`, { token, used });
    await post(service, `/v1/leases/${id}/give-back`, { token });
  }
  const headers = { accept: "application/x-ndjson" };
  const { status, text } = await service.call("GET", "/v1/sequences/s/account/runs", { headers });
  expect(status).toBe(200);
  const told = text
    .trimEnd()
    .split("\n")
    .map((line): AccountRun => JSON.parse(line))
    .map(({ state, first, last }) => `${state} ${first} ${last}`);
  const expected = Array.from({ length: 2 * count }, (_, place) =>
    place % 2 === 0 ? `open ${place + 1} ${place + 1}` : `given_back ${place + 1} ${place + 1}`,
  );
  expect(told).toEqual(expected);
});
