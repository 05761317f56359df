import fc from "fast-check";
import { expect, test } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import { createDefinitions } from "../../src/domain/definitions/definitions.ts";
import type { KnownPatterns } from "../../src/domain/definitions/definitions.ts";
import { knownPatterns, patternsOfTenant } from "../../src/domain/overlap/known-patterns.ts";
import { sha256 } from "../../src/domain/sha256.ts";
import type { Service } from "../harness/service.ts";
import { putSequence, reserve, serviceForTest } from "./service.ts";

/** What an isolate that lives on knows of a tenant's patterns, and one that has just begun. */
async function isolatesOf(service: Service): Promise<{
  requests: () => number;
  known: () => Promise<KnownPatterns>;
  afresh: () => Promise<KnownPatterns>;
}> {
  const timings = { requests: 0, milliseconds: 0 };
  const { databaseUrl, endpoint } = service.database;
  const db = openDatabase({ databaseUrl, sqlEndpoint: endpoint, timings });
  const digest = await sha256(service.key);
  const touches = { sequences: null, products: null };
  const caller = {
    tenant: service.tenant,
    digest,
    scopes: ["sequences:write" as const],
    touches,
    address: null,
    requestId: "patterns",
  };
  const definitions = createDefinitions();
  return {
    requests: () => timings.requests,
    known: async () => inOrder(await knownPatterns({ db, caller, definitions })),
    afresh: async () => inOrder(await patternsOfTenant(db, service.tenant)),
  };
}

function inOrder({ epoch, versions }: KnownPatterns): KnownPatterns {
  return { epoch, versions: versions.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1)) };
}

function textOf(version: object): string {
  return JSON.stringify(version, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

const place = fc.integer({ min: 0, max: 4 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("save" as const), place, allow_overlap: fc.boolean() }),
    fc.record({ kind: fc.constant("draw" as const), place }),
    fc.record({ kind: fc.constant("bind" as const), place, allow_overlap: fc.boolean() }),
    fc.record({ kind: fc.constant("look" as const) }),
    fc.record({ kind: fc.constantFrom("fence" as const, "nothing" as const) }),
  ),
  { minLength: 10, maxLength: 30 },
);

test("an isolate that reads what has changed knows the same as one that reads all", async () => {
  const shared = await serviceForTest();
  let version = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (some) => {
      const tenant = await shared.createTenant();
      const service: Service = {
        ...shared,
        ...tenant,
        call: (method, path, options) => shared.call(method, path, { key: tenant.key, ...options }),
      };
      const { known, afresh } = await isolatesOf(service);
      for (const step of some) {
        version += 1;
        switch (step.kind) {
          case "save": {
            const { allow_overlap } = step;
            const pattern = `S${step.place}V${version}-{0000}`;
            await putSequence(service, `s${step.place}`, { pattern, allow_overlap });
            break;
          }
          case "draw":
            await reserve(service, `s${step.place}`, 1);
            break;
          case "bind": {
            const { allow_overlap } = step;
            const body = { series: `N${step.place}-.####`, allow_overlap };
            const { status } = await service.call("POST", "/v1/naming-series/next", { body });
            expect(status).toBe(201);
            break;
          }
          case "fence":
            await service.database.query(
              "select begin_fence($1, 10, 366, 'restored', null, '{}')",
              [service.tenant],
            );
            break;
          // As an import does that moves a product.
          case "nothing":
            await service.database.query("select change_patterns(enter_tenant($1), null, '{}')", [
              service.tenant,
            ]);
            break;
          case "look":
            expect(await known()).toEqual(await afresh());
        }
      }
      expect(await known()).toEqual(await afresh());
    }),
    { numRuns: 20 },
  );
});

test("what many save at once is compared again without reading all that was there", async () => {
  const service = await serviceForTest();
  await putSequence(service, "first", { pattern: "FIRST-{0000}" });
  const { known } = await isolatesOf(service);
  const before = await known();
  await putSequence(service, "second", { pattern: "SECOND-{0000}" });
  await putSequence(service, "second", { pattern: "TWO-{0000}" });
  const after = await known();
  // The very object: it was not read again.
  expect(after.versions).toContain(before.versions[0]);
  expect(after.versions.map(({ sequence }) => sequence).toSorted()).toEqual(["first", "second"]);
});
