import { expect, test } from "vitest";

import type { Answer, CallOptions, Service } from "../harness/service.ts";
import { expectDisjoint, runOf } from "./runs.ts";
import {
  account,
  inParallel,
  ledgerRuns,
  postLots,
  putProduct,
  putSequence,
  serviceForTest,
} from "./service.ts";

function openLease(
  service: Service,
  key: string,
  count: number,
  options: CallOptions & { holder?: string } = {},
): Promise<Answer> {
  const { holder = "h", ...rest } = options;
  return service.call("POST", `/v1/sequences/${key}/leases`, { body: { count, holder }, ...rest });
}

function say(service: Service, verb: string, { id, token }: Answer["json"], body: object) {
  return service.call("POST", `/v1/leases/${id}/${verb}`, { body: { token, ...body } });
}

/** A report that ten numbers are used. */
function tenFrom(first: number): object {
  return { used: [{ first, last: first + 9 }] };
}

test.each([false, true])("leases taken at once do not meet (hot: %s)", async (hot) => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}", hot });
  const leases: Answer[] = [];
  await inParallel(12, async (caller) => {
    for (let turn = 0; turn < 5; turn += 1) {
      leases.push(await openLease(service, "s", 7, { holder: `h${caller}` }));
    }
  });
  for (const { status, text } of leases) expect(status, text).toBe(201);
  expectDisjoint(leases.map(({ json }) => runOf(json)));
  expect(new Set(leases.map(({ json }) => json.token)).size).toBe(60);
  expect(await account(service, "s")).toMatchObject({ passed: 420, on_lease: 420, burned: 0 });
});

test("the bound of a holder holds for leases taken at once", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await inParallel(10, async () => {
    for (let turn = 0; turn < 9; turn += 1) await openLease(service, "s", 1);
  });
  const codes: string[] = [];
  await inParallel(20, async () => {
    const { status, json } = await openLease(service, "s", 1);
    codes.push(status === 201 ? "leased" : json.code);
  });
  expect(codes.filter((code) => code === "leased")).toHaveLength(10);
  expect(codes.filter((code) => code === "lease_limit_holder")).toHaveLength(10);
  // A refused lease draws nothing.
  expect(await account(service, "s")).toMatchObject({ passed: 100 });
});

test.each(["open_lease_v1", "report_lease_v1", "renew_lease_v1"])(
  "an answer of %s that is lost on the way comes with the next try",
  async (match) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}" });
    await service.database.fault({ kind: "cut_after", match, times: 2 });
    const lease = await openLease(service, "s", 10);
    expect(lease.status, lease.text).toBe(201);
    const renewed = await say(service, "renew", lease.json, { ttl_s: 60 });
    expect(renewed.json).toMatchObject({ ttl_s: 60, open: 10 });
    const given = await say(service, "give-back", lease.json, { used_to: 3 });
    expect(given.json).toMatchObject({ used: 3, given_back: 7, late: 0 });
    expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 10n }]);
    expect(await ledgerRuns(service, "s", "void")).toEqual([{ first: 4n, last: 10n }]);
  },
);

test("each call is one request", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await openLease(service, "s", 1);
  const before = await service.database.requests();
  const { json } = await openLease(service, "s", 10);
  await say(service, "renew", json, {});
  await say(service, "report", json, { used_to: json.first });
  await say(service, "give-back", json, {});
  expect((await service.database.requests()) - before).toBe(4);
});

test("reports at once add up, and one of them and a giving back has each number", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  for (let round = 0; round < 6; round += 1) {
    const { json: lease } = await openLease(service, "s", 100);
    const first = Number(lease.first);
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, part) =>
        say(service, "report", lease, tenFrom(first + part * 10)),
      ),
      say(service, "give-back", lease, {}),
    ]);
    const accepted = answers.slice(0, 8).filter(({ status }) => status === 201).length;
    for (const { status, json } of answers) {
      if (status !== 201) expect(json.code).toBe("lease_number_given_back");
    }
    const { json: after } = await service.call("GET", `/v1/leases/${lease.id}`);
    expect(after).toMatchObject({
      used: accepted * 10,
      given_back: 100 - accepted * 10,
      open: 0,
      status: "closed",
    });
  }
});

test("recording against giving back: one of them has each number", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await putProduct(service, "p", "s");
  let recorded = 0;
  for (let round = 0; round < 10; round += 1) {
    const { json: lease } = await openLease(service, "s", 20);
    const item = { product: "p", reservation: lease.reservation, lease_token: lease.token };
    const [lots, given] = await Promise.all([
      postLots(service, [item]),
      say(service, "give-back", lease, {}),
    ]);
    expect(given.status, given.text).toBe(201);
    if (lots.status === 201) recorded += 20;
    else expect(lots.json.code).toBe("reservation_used");
    expect(given.json.given_back).toBe(lots.status === 201 ? 0 : 20);
  }
  const sums = await account(service, "s");
  expect(sums).toMatchObject({ passed: 200, taken: recorded, given_back: 200 - recorded });
});

test("the store refuses a lease whose numbers do not add up", async () => {
  const service = await serviceForTest();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await openLease(service, "s", 10);
  for (const wrong of [
    "used = '{[11,12)}'",
    "used = '{[1,3)}', given_back = '{[2,4)}'",
    "late = '{[1,2)}'",
    "open = 0",
    "open = -1",
    "closed_at = now()",
    "ends_at = expires_at - interval '1 second'",
  ]) {
    const change = service.database.query(`update leases set ${wrong}`);
    await expect(change, wrong).rejects.toMatchObject({ code: "23514" });
  }
});
