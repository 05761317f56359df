import type { FinalState, LeaseState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { bySeries, common, seriesName, together, without } from "../runs.ts";
import type { Stretch } from "../runs.ts";
import { tellingsOf } from "../tellings.ts";
import type { Telling } from "../tellings.ts";
import type { Violation } from "../violation.ts";

/** How far the clock of the calls and that of the database may run apart while a lease lasts, in milliseconds. */
const drift = 250;

/** That a lease lasts so long from some moment of this request on. Times are milliseconds. */
interface Grant {
  readonly lease: string;
  readonly begun: number;
  /** Infinity: nobody was answered. */
  readonly done: number;
  readonly shortest: number;
  readonly longest: number;
  /** Undefined when nobody was answered. */
  readonly expiresAt: string | undefined;
  readonly calls: readonly number[];
}

/**
 * A lease lasts until what the last renewal was told, and a number counts as late when and only when its
 * holder told of it after that. A request that ran while the moment passed may have come before or after it.
 */
export function expiriesKept(operations: readonly Operation[], state: FinalState): Violation[] {
  const grants = bySeries(grantsOf(operations, state), ({ lease }) => lease);
  const tellings = tellingsOf(operations, state);
  return state.leases.flatMap((lease) => {
    const granted = grants.get(lease.id) ?? [];
    return [
      ...lostRenewals(lease, granted),
      ...wrongLate(lease, granted, tellings.get(lease.id) ?? []),
    ];
  });
}

function grantsOf(operations: readonly Operation[], state: FinalState): Grant[] {
  const recorded = new Set(state.requests.map(({ key }) => key));
  return operations.flatMap(({ key, wanted, told, begun, done, calls }): Grant[] => {
    if (wanted.kind !== "lease" && wanted.kind !== "renew") return [];
    const facts = { begun, done, calls: calls.map(({ id }) => id) };
    const asked = wanted.ttl_s * 1000;
    if (told?.kind === "lease" || told?.kind === "renew") {
      const { id, ttl_s: ttl, expires_at: expiresAt } = told.answer;
      // What is cut where the lease ends is told in whole seconds.
      const longest = Math.min(asked, (ttl + 1) * 1000);
      return [{ lease: id, ...facts, shortest: ttl * 1000, longest, expiresAt }];
    }
    if (wanted.kind === "lease" || !recorded.has(key)) return [];
    return [{ lease: wanted.lease, ...facts, shortest: 0, longest: asked, expiresAt: undefined }];
  });
}

/** The grants that may have held at a moment between `begun` and `done`. */
function heldAt(grants: readonly Grant[], begun: number, done: number): Grant[] {
  return grants.filter(
    (grant) =>
      grant.begun <= done &&
      !grants.some((later) => later.begun > grant.done && later.done < begun),
  );
}

function lostRenewals({ id, expiresAt }: LeaseState, grants: readonly Grant[]): Violation[] {
  const last = heldAt(grants, Infinity, Infinity);
  const mayBe = last.some(
    (grant) => grant.expiresAt === undefined || grant.expiresAt === expiresAt,
  );
  if (last.length === 0 || mayBe) return [];
  const calls = last.flatMap((grant) => grant.calls);
  return [{ kind: "renewal_lost", calls, facts: { lease: id, expires_at: expiresAt } }];
}

function wrongLate(
  lease: LeaseState,
  grants: readonly Grant[],
  tellings: readonly Telling[],
): Violation[] {
  if (grants.length === 0) return [];
  const late = tellings.filter(({ begun, done }) =>
    heldAt(grants, begun, done).every((grant) => begun > grant.done + grant.longest + drift),
  );
  const timely = tellings.filter(({ begun, done }) =>
    heldAt(grants, begun, done).every((grant) => done < grant.begun + grant.shortest - drift),
  );
  // Where a number was told of twice, the first time counts, whichever that was.
  const notLate = toldIn(tellings.filter((telling) => !late.includes(telling)));
  const notTimely = toldIn(tellings.filter((telling) => !timely.includes(telling)));
  const surelyLate = without(common(toldIn(late), lease.used), notLate);
  const surelyTimely = without(toldIn(timely), notTimely);
  const wrong = [...without(surelyLate, lease.late), ...common(surelyTimely, lease.late)];
  return wrong.slice(0, 1).map(({ from, to }) => ({
    kind: "late_wrong",
    series: seriesName(lease.sequence, lease.period),
    first: from,
    last: to - lease.step,
    calls: tellings.flatMap(({ calls }) => calls),
    facts: { lease: lease.id },
  }));
}

function toldIn(tellings: readonly Telling[]): Stretch[] {
  return together(...tellings.map(({ used }) => used));
}
