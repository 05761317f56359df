import { afterAll, beforeAll, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { ok } from "../api/contract.ts";
import { amid, untilWaiting } from "./service.ts";

let service: Service;
beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

test("a counter that is read while it is moved is as before or as after", async () => {
  await ok(service, "PUT", "/v1/sequences/moved", { pattern: "M{0000}", hot: true });
  await ok(service, "POST", "/v1/sequences/moved/reservations", { count: 9 });
  const seen = new Set<string>();
  const reading = async () => {
    const { next, issued } = await ok(service, "GET", "/v1/sequences/moved");
    seen.add(`${next} ${issued}`);
  };
  await amid([reading, reading, reading, reading], async () => {
    for (let move = 0; move < 150; move += 1) {
      const reason = "tried";
      await ok(service, "POST", "/v1/sequences/moved/advance", { to: "70", reason });
      await ok(service, "POST", "/v1/sequences/moved/rewind", { to: "10", reason });
    }
  });
  // Moving gives nothing.
  expect([...seen].toSorted()).toEqual(["10 9", "70 9"]);
});

test.each([false, true])(
  "an account that is read while its counter is moved is as before or as after (hot: %s)",
  async (hot) => {
    const key = `looked-at-${hot}`;
    const path = `/v1/sequences/${key}`;
    await ok(service, "PUT", path, { pattern: `${hot ? "LH" : "LD"}{0000}`, hot });
    await ok(service, "POST", `${path}/reservations`, { count: 9 });
    const moving = new AbortController();
    const seen = new Set<string>();
    const readers = Array.from({ length: 4 }, async (_, reader) => {
      while (!moving.signal.aborted) {
        if (reader % 2 === 0) {
          const { passed, skipped, burned, in_flight } = await ok(
            service,
            "GET",
            `${path}/account`,
          );
          seen.add(`${passed} passed: ${skipped} ${burned} ${in_flight}`);
        } else {
          const { data } = await ok(service, "GET", `${path}/account/runs`);
          seen.add(
            data.map((run: Record<string, string>) => `${run["state"]} to ${run["last"]}`).join(),
          );
        }
      }
    });
    for (let move = 0; move < 250; move += 1) {
      const reason = "tried";
      await ok(service, "POST", `${path}/advance`, { to: "70", reason });
      await ok(service, "POST", `${path}/rewind`, { to: "10", reason });
    }
    moving.abort();
    await Promise.all(readers);
    expect([...seen].toSorted()).toEqual([
      "69 passed: 60 0 0",
      "9 passed: 0 0 0",
      "open to 9",
      "open to 9,skipped to 69",
    ]);
  },
);

test.each([false, true])(
  "an account that is read among draws is of one look (hot: %s)",
  async (hot) => {
    const key = `drawn-${hot}`;
    await ok(service, "PUT", `/v1/sequences/${key}`, {
      pattern: `${hot ? "H" : "D"}{0000000}`,
      hot,
    });
    const drawers = Array.from({ length: 4 }, (_, drawer) => async () => {
      const count = 1 + drawer;
      await ok(service, "POST", `/v1/sequences/${key}/reservations`, { count });
      const lease = { count: 3, holder: `h${drawer}` };
      const { id, token } = await ok(service, "POST", `/v1/sequences/${key}/leases`, lease);
      await ok(service, "POST", `/v1/leases/${id}/give-back`, { token });
    });
    const torn: unknown[] = [];
    await amid(drawers, async () => {
      for (let look = 0; look < 100; look += 1) {
        const sums = await ok(service, "GET", `/v1/sequences/${key}/account`);
        const of = (member: string) => Number(sums[member]);
        const fits =
          of("passed") === of("next") - 1 &&
          of("passed") === of("reserved") + of("burned") + of("in_flight") &&
          of("reserved") === of("open") + of("on_lease") + of("given_back") &&
          (hot || of("in_flight") + of("burned") === 0);
        if (!fits) torn.push(sums);
      }
    });
    expect(torn).toEqual([]);
  },
);

test("a counter that is read while its series is closed has passed what it had", async () => {
  await ok(service, "PUT", "/v1/sequences/closed", {
    pattern: "C{YYYY}-{0000}",
    reset: "yearly",
    hot: true,
  });
  await ok(service, "POST", "/v1/sequences/closed/reservations", { count: 7, at: "2020-05-05" });
  const closing = service.database.session();
  await closing.query("begin");
  await closing.query("select close_series_v1(100)");
  const reads = Promise.all([
    ok(service, "GET", "/v1/sequences/closed/account"),
    ok(service, "GET", "/v1/sequences/closed/account/runs"),
  ]);
  // They wait for the counter, which is dropped.
  await untilWaiting(service, 2);
  await closing.query("commit");
  await closing.close();
  const [account, runs] = await reads;
  expect(account).toMatchObject({ passed: "7", open: "7" });
  expect(runs).toMatchObject({ data: [{ state: "open", first: "1", last: "7" }] });
});
