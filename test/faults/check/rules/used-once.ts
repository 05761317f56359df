import type { FinalState } from "../final-state.ts";
import type { Run } from "../runs.ts";
import { bySeries, cover, isWithin, overlaps, readReservation, seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** A number is recorded by one item, or voided, or neither; and it was reserved before. */
export function usedOnce(state: FinalState): Violation[] {
  const steps = new Map(
    state.series.map(({ sequence, period, step }) => [seriesName(sequence, period), step]),
  );
  const uses: (Run & { readonly series: string })[] = [];
  for (const { kind, sequence, period, first, last, step } of state.ledger) {
    if (kind === "void") uses.push({ series: seriesName(sequence, period), first, last, step });
  }
  for (const { items } of state.jobs) {
    for (const { reservation, first, last } of items) {
      const series = readReservation(reservation ?? "")?.series;
      if (series === undefined || first === null || last === null) continue;
      uses.push({ series, first, last, step: steps.get(series) ?? 1n });
    }
  }
  const entries = state.ledger.filter(({ kind }) => kind === "reserved");
  const reserved = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  const violations: Violation[] = [];
  for (const [series, runs] of bySeries(uses, (run) => run.series)) {
    for (const [, { first, last }] of overlaps(runs)) {
      violations.push({ kind: "used_twice", series, first, last, calls: [] });
    }
    const stretches = cover(reserved.get(series) ?? []);
    for (const run of runs) {
      if (isWithin(stretches, run)) continue;
      const { first, last } = run;
      violations.push({ kind: "used_unreserved", series, first, last, calls: [] });
    }
  }
  return violations;
}
