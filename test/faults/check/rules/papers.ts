import type { FinalState, PaperState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import type { Violation } from "../violation.ts";
import type { Wanted } from "../wanted.ts";

/**
 * Receipts and counts that a caller was told of are there. A count is applied when somebody was told so, and
 * only if somebody asked; then one job has a lot for each unit that was found without a name.
 */
export function papersKept(operations: readonly Operation[], state: FinalState): Violation[] {
  return [
    ...operations.flatMap((operation) => lostPapers(operation, state)),
    ...operations.flatMap((operation) => lostApplications(operation, state)),
    ...countedRight(operations, state),
  ];
}

function lostPapers({ wanted, told, acknowledged }: Operation, state: FinalState): Violation[] {
  if (wanted.kind !== "receipt" && wanted.kind !== "count") return [];
  if (told?.kind !== "receipt" && told?.kind !== "count") return [];
  const papers = told.kind === "receipt" ? state.receipts : state.counts;
  const { id } = told.answer;
  if (papers.some((paper) => paper.id === id && paper.reference === wanted.reference)) return [];
  const calls = acknowledged.map((call) => call.id);
  return [{ kind: "paper_missing", calls, facts: { paper: id } }];
}

function lostApplications(
  { wanted, acknowledged }: Operation,
  { counts }: FinalState,
): Violation[] {
  if (wanted.kind !== "apply" || acknowledged.length === 0) return [];
  const found = counts.find(({ id }) => id === wanted.count);
  if (found?.status === "applied") return [];
  const calls = acknowledged.map(({ id }) => id);
  return [{ kind: "count_unapplied", calls, facts: { count: wanted.count } }];
}

function countedRight(operations: readonly Operation[], state: FinalState): Violation[] {
  const asked = new Map<string, Extract<Wanted, { kind: "apply" }>>();
  for (const { wanted } of operations) if (wanted.kind === "apply") asked.set(wanted.count, wanted);
  return state.counts
    .filter(({ status }) => status === "applied")
    .flatMap((count): Violation[] => {
      const wanted = asked.get(count.id);
      const facts = { count: count.id };
      if (wanted === undefined) return [{ kind: "applied_by_nobody", calls: [], facts }];
      const made = madeOf(count, state);
      const due = dueOf(wanted, state);
      return made === due
        ? []
        : [{ kind: "count_rows_wrong", calls: [], facts: { ...facts, made, due } }];
    });
}

/** The lots that its job has to record, by product, as a text that can be compared. */
function madeOf({ job }: PaperState, state: FinalState): string {
  const items = state.jobs.find(({ id }) => id === job)?.items ?? [];
  return tally(items.map(({ product, count }) => [product, count]));
}

/** The lots that its lines without a lot come to: one a unit of a serial, else one in all. */
function dueOf({ lines }: Extract<Wanted, { kind: "apply" }>, { products }: FinalState): string {
  const serial = new Set(
    products.filter(({ tracking }) => tracking === "serial").map(({ sku }) => sku),
  );
  return tally(
    lines.flatMap((line) =>
      "lot" in line ? [] : [[line.product, serial.has(line.product) ? line.units : 1]],
    ),
  );
}

function tally(counts: readonly (readonly [string, number])[]): string {
  const sums = new Map<string, number>();
  for (const [product, count] of counts) sums.set(product, (sums.get(product) ?? 0) + count);
  return [...sums]
    .map(([product, sum]) => `${sum} ${product}`)
    .toSorted()
    .join(", ");
}
