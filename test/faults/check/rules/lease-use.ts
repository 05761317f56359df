import type { Drawing } from "../drawing.ts";
import type { FinalState, LeaseState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { bySeries, common, cover, seriesName, together, without } from "../runs.ts";
import type { Stretch } from "../runs.ts";
import { tellingsOf } from "../tellings.ts";
import type { Telling } from "../tellings.ts";
import type { Violation, ViolationKind } from "../violation.ts";
import { ledgerRuns } from "./owned.ts";

/**
 * What a holder was told that it reported stays used, and what it gave back is void; no number is both, and
 * none is either unless its holder said so. Who shows another token is refused for that.
 */
export function toldByHolders(
  operations: readonly Operation[],
  state: FinalState,
  drawings: readonly Drawing[],
): Violation[] {
  const tellings = tellingsOf(operations, state);
  // What these told is in no history.
  const silent = new Set(drawings.map(({ holder }) => holder));
  const voids = bySeries(ledgerRuns(state, "void"), ({ series }) => series);
  return [
    ...state.leases.flatMap((lease) => {
      const voided = cover(voids.get(seriesName(lease.sequence, lease.period)) ?? []);
      const told = silent.has(lease.holder) ? null : (tellings.get(lease.id) ?? []);
      return toldOf(lease, told, voided);
    }),
    ...wrongHolders(operations, state),
  ];
}

function toldOf(
  lease: LeaseState,
  tellings: readonly Telling[] | null,
  voided: readonly Stretch[],
): Violation[] {
  const { used, givenBack } = lease;
  const violation = (
    kind: ViolationKind,
    stretches: readonly Stretch[],
    { calls }: Pick<Telling, "calls"> = { calls: [] },
  ): Violation[] =>
    stretches.slice(0, 1).map(({ from, to }) => ({
      kind,
      series: seriesName(lease.sequence, lease.period),
      first: from,
      last: to - lease.step,
      calls,
      facts: { lease: lease.id },
    }));
  const wrong = [
    ...violation("given_back_not_void", without(givenBack, voided)),
    ...violation("used_and_given_back", common(used, givenBack)),
  ];
  if (tellings === null) return wrong;
  const heard = tellings.filter(({ done }) => done < Infinity);
  const said = together(...tellings.map((telling) => telling.used));
  const left = without(
    [{ from: lease.first, to: lease.last + lease.step }],
    together(used, givenBack),
  );
  const gaveBack = tellings.some(({ givesBack }) => givesBack);
  return [
    ...heard.flatMap((telling) =>
      violation("report_lost", without(together(telling.used), used), telling),
    ),
    ...violation("reported_by_nobody", without(used, said)),
    ...heard
      .filter(({ givesBack }) => givesBack)
      .flatMap((telling) => violation("give_back_lost", left, telling)),
    ...violation("given_back_by_nobody", gaveBack ? [] : givenBack),
    ...wrong,
  ];
}

/** Those who were listened to, or told of something else, though they showed another token. */
function wrongHolders(operations: readonly Operation[], state: FinalState): Violation[] {
  const tokens = new Map(state.leases.map(({ id, token }) => [id, token]));
  return operations.flatMap(({ wanted, acknowledged, refused }): Violation[] => {
    if (!("lease" in wanted)) return [];
    const token = tokens.get(wanted.lease);
    if (token === undefined || token === wanted.token) return [];
    const heard = [
      ...acknowledged,
      ...refused.filter(({ outcome }) => !outcome.body.includes('"lease_token_wrong"')),
    ];
    const calls = heard.map(({ id }) => id);
    const facts = { lease: wanted.lease };
    return calls.length === 0 ? [] : [{ kind: "wrong_holder_heard", calls, facts }];
  });
}
