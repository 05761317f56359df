import type { FinalState, LedgerEntry } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { bySeries, countOf, cover, isWithin, overlaps } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** Entries that a move ahead leaves: what it skipped, and what of that was opened again. */
const ahead: ReadonlySet<string> = new Set(["skip", "reopened"]);

/**
 * A move of a counter that was acknowledged is in the ledger once, with exactly the numbers between where
 * the counter stood and where it was set to; and every move in the ledger is somebody's.
 */
export function movesOnce(operations: readonly Operation[], state: FinalState): Violation[] {
  const moved = bySeries(
    state.ledger.filter(({ kind }) => ahead.has(kind) || kind === "rewind"),
    ({ reason }) => reason ?? "",
  );
  const violations: Violation[] = [];
  for (const operation of operations) {
    const { wanted } = operation;
    if (wanted.kind !== "advance" && wanted.kind !== "rewind") continue;
    violations.push(...moveFound(operation, moved.get(wanted.reason) ?? []));
    moved.delete(wanted.reason);
  }
  for (const [reason, [entry]] of moved) {
    const { first, last } = entry ?? {};
    violations.push({ kind: "moved_by_nobody", first, last, calls: [], facts: { reason } });
  }
  return violations;
}

function moveFound({ told, acknowledged }: Operation, entries: LedgerEntry[]): Violation[] {
  const calls = acknowledged.map(({ id }) => id);
  const [twice] = overlaps(entries);
  if (twice !== undefined) {
    const [, { first, last }] = twice;
    return [{ kind: "moved_twice", first, last, calls }];
  }
  if (told?.kind !== "advance" && told?.kind !== "rewind") return [];
  const { from, to } = told.answer;
  const [low, high] = [BigInt(from), BigInt(to)].toSorted((a, b) => (a < b ? -1 : 1));
  const step = entries[0]?.step ?? 1n;
  if (low === undefined || high === undefined) return [];
  const run = { first: low, last: high - step, step };
  const numbers = entries.reduce((sum, entry) => sum + countOf(entry), 0n);
  if (isWithin(cover(entries), run) && numbers === countOf(run)) return [];
  return [
    { kind: "move_not_in_ledger", first: run.first, last: run.last, calls, facts: { numbers } },
  ];
}
