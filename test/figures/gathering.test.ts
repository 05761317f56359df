import { expect, test } from "vitest";

import type { FiguredCall } from "../../src/domain/figures/gathered.ts";
import { Gathering } from "../../src/domain/figures/gathered.ts";

const at = Date.parse("2026-12-01T10:00:59.999Z");

function call(some: Partial<FiguredCall> = {}): FiguredCall {
  return {
    tenant: "acme",
    operation: "createReservation",
    status: 200,
    code: "",
    sequence: "s",
    product: "",
    requestId: "r",
    at,
    time: 7,
    size: 2,
    databaseRequests: 1,
    databaseTime: 5,
    ...some,
  };
}

test("calls of one kind and minute are summed up", () => {
  const gathering = new Gathering();
  for (const time of [5, 5.1, 10_000, 10_001]) gathering.add(call({ time }));
  gathering.add(call({ at: at + 1, time: 1 }));
  const batch = gathering.take("one");
  expect(batch?.id).toBe("one");
  expect(batch?.calls).toMatchObject([
    {
      minute: "2026-12-01T10:00:00.000Z",
      calls: 4,
      size: 8,
      longest: 10_001,
      // A bound belongs to what lies below it.
      histogram: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
      database_requests: 4,
      database_time: 20,
    },
    {
      minute: "2026-12-01T10:01:00.000Z",
      calls: 1,
      histogram: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
  ]);
  expect(gathering.take("two")).toBeUndefined();
});

test("where there is no room names go first, then tenants, and no call is lost", () => {
  const gathering = new Gathering({ kinds: 3, named: 3, notable: 10 });
  for (let n = 0; n < 10; n += 1) gathering.add(call({ sequence: `s-${n}` }));
  for (let n = 0; n < 10; n += 1) gathering.add(call({ tenant: `t-${n}`, sequence: "s" }));
  const calls = gathering.take("one")?.calls ?? [];
  expect(calls.map(({ tenant, sequence, calls: some }) => [tenant, sequence, some])).toEqual([
    ["acme", "s-0", 1],
    ["acme", "s-1", 1],
    ["acme", "s-2", 1],
    ["-", "", 17],
  ]);
});

test("a tenant's calls about others have one place before they are nobody's", () => {
  const gathering = new Gathering({ kinds: 2, named: 2, notable: 10 });
  gathering.add(call({ sequence: "" }));
  for (const sequence of ["a", "b", "c"]) gathering.add(call({ sequence }));
  const calls = gathering.take("one")?.calls ?? [];
  expect(calls.map(({ sequence, calls: some }) => [sequence, some])).toEqual([
    ["", 3],
    ["a", 1],
  ]);
});

test("names that somebody makes up leave every tenant a place of its own", () => {
  const gathering = new Gathering({ kinds: 6, named: 3, notable: 10 });
  for (let n = 0; n < 10; n += 1) gathering.add(call({ sequence: `made-up-${n}` }));
  for (const tenant of ["b", "c"]) {
    for (const sequence of ["one", "two"]) gathering.add(call({ tenant, sequence }));
  }
  const calls = gathering.take("one")?.calls ?? [];
  expect(calls.map(({ tenant, sequence, calls: some }) => [tenant, sequence, some])).toEqual([
    ["acme", "made-up-0", 1],
    ["acme", "made-up-1", 1],
    ["acme", "made-up-2", 1],
    ["acme", "", 7],
    ["b", "", 2],
    ["c", "", 2],
  ]);
  for (let n = 0; n < 4; n += 1) gathering.add(call({ sequence: `later-${n}` }));
  expect(gathering.take("two")?.calls).toHaveLength(4);
});

test("slow and failed calls are listed up to a bound, refusals once for all alike", () => {
  const gathering = new Gathering({ kinds: 100, named: 100, notable: 3 });
  const refused = { status: 404, code: "sequence_not_found" };
  for (let n = 0; n < 5; n += 1) {
    gathering.add(call({ time: 1000.1, requestId: `slow-${n}` }));
    gathering.add(call({ status: 503, code: "overloaded", requestId: `failed-${n}` }));
    gathering.add(call({ ...refused, requestId: `refused-${n}` }));
    gathering.add(call({ time: 1000 }));
  }
  gathering.add(call({ ...refused, tenant: "other", requestId: "theirs" }));
  gathering.add(
    call({ ...refused, code: "sequence_exhausted", status: 409, requestId: "exhausted" }),
  );
  const notable = gathering.take("one")?.notable ?? [];
  expect(notable.map(({ kind, request_id }) => [kind, request_id])).toEqual([
    ["slow", "slow-0"],
    ["slow", "slow-1"],
    ["slow", "slow-2"],
    ["failed", "failed-0"],
    ["failed", "failed-1"],
    ["failed", "failed-2"],
    ["refused", "refused-0"],
    ["refused", "theirs"],
    ["refused", "exhausted"],
  ]);
  gathering.add(call({ ...refused, requestId: "later" }));
  expect(gathering.take("two")?.notable).toMatchObject([{ request_id: "later" }]);
});
