import type { Drawing } from "../drawing.ts";
import type { FinalState } from "../final-state.ts";
import type { GivenRun } from "../given-runs.ts";
import { nameOf } from "../naming.ts";
import { bySeries, common, cover, seriesName } from "../runs.ts";
import type { Violation } from "../violation.ts";

/**
 * The numbers that processes handed out of leases of their own, each as a run that was given: no two of them
 * are one, and none is what somebody else was told.
 */
export function drawnRuns(drawings: readonly Drawing[], state: FinalState): GivenRun[] {
  const leases = new Map(state.leases.map((lease) => [lease.id, lease]));
  return drawings.flatMap(({ drawn, sequence }) =>
    drawn.map(({ number, lease }) => {
      const { period = "", step = 1n, ...of } = leases.get(lease) ?? { sequence };
      const series = seriesName(of.sequence, period);
      const run = { first: number, last: number, step };
      return { series, ...run, begun: 0, done: Infinity, asked: undefined, calls: [] };
    }),
  );
}

/** Each of these is a number of a lease of that holder, with the name that it has there, and is not void. */
export function drawnOfLeases(drawings: readonly Drawing[], state: FinalState): Violation[] {
  const leases = new Map(state.leases.map((lease) => [lease.id, lease]));
  return drawings.flatMap(({ holder, drawn }) => [
    ...drawn.flatMap(({ number, name, lease: id }): Violation[] => {
      const lease = leases.get(id);
      const isRight =
        lease?.holder === holder &&
        number >= lease.first &&
        number <= lease.last &&
        (number - lease.first) % lease.step === 0n &&
        name === nameOf(lease.form, number);
      if (isRight) return [];
      const facts = { lease: id, name, holder };
      return [{ kind: "drawn_wrong", first: number, last: number, calls: [], facts }];
    }),
    ...[...bySeries(drawn, ({ lease }) => lease)].flatMap(([id, names]): Violation[] => {
      const lease = leases.get(id);
      if (lease === undefined) return [];
      const { step } = lease;
      const numbers = names.map(({ number }) => ({ first: number, last: number, step }));
      return common(cover(numbers), lease.givenBack).map(({ from, to }) => {
        const run = { first: from, last: to - step };
        return { kind: "used_and_given_back", ...run, calls: [], facts: { lease: id } };
      });
    }),
  ]);
}
