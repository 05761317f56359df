import type { ChangeState, FinalState } from "../final-state.ts";
import { isOpen } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { bySeries } from "../runs.ts";
import type { Violation } from "../violation.ts";

/**
 * A change of lots that was acknowledged is there once, with as many lots as its answer says; one that was
 * refused is not, and every change is somebody's. Nobody's change is lost: of one version of a lot there is
 * one change, and what each change says was before it is what the change before it made.
 */
export function changesOnce(operations: readonly Operation[], state: FinalState): Violation[] {
  const byReference = bySeries(state.changes, ({ reference }) => reference ?? "");
  const references = new Set<string | null>();
  const violations: Violation[] = [];
  for (const operation of operations) {
    const { wanted } = operation;
    if (!("reference" in wanted)) continue;
    references.add(wanted.reference);
    violations.push(...found(operation, byReference.get(wanted.reference) ?? []));
  }
  return [
    ...violations,
    ...state.changes
      .filter(({ reference }) => !references.has(reference))
      .map(({ reference, product, lots }): Violation => {
        return { kind: "changed_by_nobody", calls: [], facts: { reference, product, lots } };
      }),
    ...lostUpdates(operations),
    ...state.brokenHistories.map((facts): Violation => ({
      kind: "history_broken",
      calls: [],
      facts,
    })),
  ];
}

function found(
  { wanted, told, calls, acknowledged }: Operation,
  changes: ChangeState[],
): Violation[] {
  const ids = calls.map(({ id }) => id);
  const facts = { changes: changes.length };
  if (changes.length > 1) return [{ kind: "changed_twice", calls: ids, facts }];
  const lots = changes[0]?.lots ?? 0;
  if (wanted.kind === "change" || wanted.kind === "patch") {
    if (acknowledged.length > 0) {
      const due = told?.kind === "change" ? told.answer.changed : 1;
      if (lots === due) return [];
      return [{ kind: "change_missing", calls: ids, facts: { due, lots } }];
    }
    const mayBeDone = calls.some(({ outcome }) => isOpen(outcome));
    if (lots > 0 && !mayBeDone) return [{ kind: "refused_and_done", calls: ids, facts }];
  }
  return [];
}

/** Changes that were acknowledged though another one had made something else of the version they are of. */
function lostUpdates(operations: readonly Operation[]): Violation[] {
  const acknowledged = operations.flatMap(({ wanted, acknowledged: calls }) =>
    wanted.kind === "patch" && calls.length > 0 ? [{ wanted, calls }] : [],
  );
  const ofVersions = bySeries(acknowledged, ({ wanted: { product, name, version } }) =>
    [product, name, version].join(" "),
  );
  return [...ofVersions.values()].flatMap((changes): Violation[] => {
    const calls = changes.flatMap((change) => change.calls.map(({ id }) => id));
    return calls.length === 1 ? [] : [{ kind: "lost_update", calls }];
  });
}
