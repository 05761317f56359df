import { expect, test } from "vitest";

import type { Answer, Service } from "../harness/service.ts";
import { ledgerRuns, putProduct, putSequence, reserve, serviceForTest } from "./service.ts";

// Somebody holds a lock and does not let go. Whatever needs it is told to come back after a bounded time,
// and succeeds afterwards with the same key.

interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const reservation: Wanted = {
  method: "POST",
  path: "/v1/sequences/s/reservations",
  body: { count: 3 },
};
const advance: Wanted = {
  method: "POST",
  path: "/v1/sequences/s/advance",
  body: { to: "500", reason: "moved" },
};
const lots: Wanted = {
  method: "POST",
  path: "/v1/lots",
  body: { items: [{ product: "p", count: 2 }] },
};
const receipt: Wanted = {
  method: "POST",
  path: "/v1/receipts",
  body: { reference: "in-1", lines: [{ product: "p", quantity: "2" }] },
};
const sequence: Wanted = {
  method: "PUT",
  path: "/v1/sequences/s",
  body: { pattern: "B-{0000}", mode: "gapless" },
};
const product: Wanted = {
  method: "PUT",
  path: "/v1/products/p",
  body: { tracking: "serial", sequence: "s", name: "Pump" },
};
const settings: Wanted = {
  method: "PATCH",
  path: "/v1/settings",
  body: { time_zone: "Europe/Vienna" },
};

interface Case {
  readonly held: string;
  readonly waits: readonly Wanted[];
}

const cases: Record<string, Case> = {
  "the row of a series": {
    held: "select from series where tenant = $1 for update",
    waits: [reservation, advance, lots, receipt],
  },
  "the row of a sequence": {
    held: "select from sequences where tenant = $1 for update",
    waits: [sequence],
  },
  "the row of a product": {
    held: "select from products where tenant = $1 for update",
    waits: [product],
  },
  "the row of the settings": {
    held: "select from settings where tenant = $1 for update",
    waits: [settings],
  },
  "the whole ledger": {
    held: "lock table ledger in access exclusive mode",
    waits: [reservation, lots],
  },
};

function send(service: Service, { method, path, body }: Wanted, key: number): Promise<Answer> {
  return service.call(method, path, {
    body,
    ...(method === "POST" ? { idempotencyKey: `k${key}` } : {}),
  });
}

test.each(Object.entries(cases))(
  "%s is held: 503 in bounded time, nothing done, and all works again after",
  async (_, { held, waits }) => {
    const service = await serviceForTest();
    await putSequence(service, "s", { pattern: "A-{0000}", mode: "gapless" });
    await putProduct(service, "p", "s");
    // The row of a series is made by its first draw.
    await reserve(service, "s", 1);
    const holder = service.database.session();
    await holder.query("begin");
    await holder.query(held.replace("$1", `'${service.tenant}'`));
    const told = await Promise.all(waits.map((wanted, i) => send(service, wanted, i)));
    for (const { status, json, headers, text } of told) {
      expect(["sequence_busy", "record_busy", "database_slow"], text).toContain(json.code);
      expect([status, json.retryable], text).toEqual([503, true]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    await holder.query("rollback");
    await holder.close();
    const state = await service.database.query(
      `select (select count(*)::int from requests) as requests, (select count(*)::int from lots) as lots,
              (select count(*)::int from jobs) as jobs, (select count(*)::int from receipts) as receipts`,
    );
    expect(state).toEqual([{ requests: 1, lots: 0, jobs: 0, receipts: 0 }]);
    expect(await ledgerRuns(service, "s")).toEqual([{ first: 1n, last: 1n }]);
    for (const [i, wanted] of waits.entries()) {
      const answer = await send(service, wanted, i);
      expect([200, 201, 409], answer.text).toContain(answer.status);
    }
  },
  60_000,
);
