import { expect, test } from "vitest";

import { sealAll } from "../api/audit/sealing.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, serviceForTest } from "../store/service.ts";
import { alerts, lookAt, openAlerts } from "./watching.ts";

async function compare(service: Service, seals = 50): Promise<void> {
  await service.database.query("select compare_audit_v1($1, $2, 2000)", [service.tenant, seals]);
}

/** A tenant with so many seals, of one event each. */
async function sealed(seals: number): Promise<Service> {
  const service = await serviceForTest();
  for (let n = 1; n <= seals; n += 1) {
    await putSequence(service, `s${n}`, { pattern: `S${n}-{0000}` });
    await sealAll(service);
  }
  return service;
}

test("the audit that was altered is told of, and no more when it is as it was", async () => {
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

test("the audit is compared piece by piece, round after round", async () => {
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

test("the audit whose newest seal is gone with what it sealed unsealed, or all of its seals, is broken", async () => {
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
