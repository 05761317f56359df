import type { AccountState, Fate, FinalState, SeriesState } from "../final-state.ts";
import { fates } from "../final-state.ts";
import {
  bySeries,
  common,
  cover,
  gaps,
  numbersIn,
  overlaps,
  seriesName,
  together,
  without,
} from "../runs.ts";
import type { Stretch } from "../runs.ts";
import { reservationOf, stretchOf } from "../tellings.ts";
import type { Violation } from "../violation.ts";
import { used } from "./numbers-once.ts";
import { ledgerRuns, recordedRuns } from "./owned.ts";

/**
 * The account of each sequence adds up to what its counter has passed. Run by run it has each of these numbers
 * once, with what ledger, jobs and leases say became of it.
 */
export function accountsAddUp(state: FinalState): Violation[] {
  const fatesIn = fatesOf(state);
  return state.accounts.flatMap((account) => {
    const series = state.series.filter(({ sequence }) => sequence === account.sequence);
    const due = new Map(series.map((one) => [one, fatesIn(one)]));
    return [
      ...[...due].flatMap(([one, expected]) => wrongRuns(account, one, expected)),
      ...wrongSums(account, due),
      ...wrongLeases(account, state),
    ];
  });
}

type Fates = Readonly<Record<Fate, Stretch[]>>;

/** What became of every number of a series, from what the database has of it. */
function fatesOf(state: FinalState): (series: SeriesState) => Fates {
  const ofKind = (kind: string) => {
    const groups = bySeries(ledgerRuns(state, kind), ({ series }) => series);
    return (series: string): Stretch[] => cover(groups.get(series) ?? []);
  };
  const reserved = ofKind("reserved");
  const voids = ofKind("void");
  const skips = ofKind("skip");
  const fences = ofKind("fence");
  const lefts = ofKind("burned");
  const recorded = bySeries(recordedRuns(state), ({ series }) => series);
  const leases = bySeries(state.leases, ({ sequence, period }) => seriesName(sequence, period));
  const passed = bySeries(
    state.ledger.filter(({ kind }) => used.has(kind)),
    ({ sequence, period }) => seriesName(sequence, period),
  );
  return ({ sequence, period, start, next }) => {
    const name = seriesName(sequence, period);
    const held = leases.get(name) ?? [];
    const given = together(...held.map(({ givenBack }) => givenBack));
    const out = (isExpired: boolean): Stretch[] =>
      together(
        ...held
          .filter((lease) => lease.isExpired === isExpired)
          .map((lease) => without([stretchOf(lease)], together(lease.used, lease.givenBack))),
      );
    const voided = voids(name);
    const taken = without(cover(recorded.get(name) ?? []), voided);
    const onLease = out(false);
    const unreported = out(true);
    return {
      taken,
      open: without(reserved(name), together(voided, taken, onLease, unreported)),
      on_lease: onLease,
      unreported,
      given_back: common(voided, given),
      voided: without(voided, given),
      skipped: skips(name),
      fenced: fences(name),
      burned: together(lefts(name), gaps(cover(passed.get(name) ?? []), start, next)),
      in_flight: [],
    };
  };
}

function wrongRuns(account: AccountState, series: SeriesState, expected: Fates): Violation[] {
  const name = seriesName(series.sequence, series.period);
  const runs = account.runs.filter(({ period }) => period === series.period);
  const twice = overlaps(runs).map(([, { first, last }]): Violation => {
    return { kind: "account_number_twice", series: name, first, last, calls: [] };
  });
  const states = bySeries(runs, ({ state }) => state);
  const wrong = fates.flatMap((fate): Violation[] => {
    const told = cover(states.get(fate) ?? []);
    const due = together(expected[fate]);
    const [missing, surplus] = [without(due, told)[0], without(told, due)[0]];
    const at = missing ?? surplus;
    if (at === undefined) return [];
    const run = { first: at.from, last: at.to - series.step };
    const facts = { state: fate, told: missing === undefined ? "and is not" : "not told" };
    return [{ kind: "account_run_wrong", series: name, ...run, calls: [], facts }];
  });
  return [...twice, ...wrong];
}

function wrongSums(
  { sequence, sums }: AccountState,
  due: ReadonlyMap<SeriesState, Fates>,
): Violation[] {
  const sum = (...some: readonly Fate[]): bigint =>
    [...due].reduce(
      (total, [{ step }, expected]) =>
        total + some.reduce((of, fate) => of + numbersIn(expected[fate], step), 0n),
      0n,
    );
  const reserved = ["taken", "open", "on_lease", "unreported", "given_back", "voided"] as const;
  const expected: AccountState["sums"] = {
    passed: [...due.keys()].reduce((all, one) => all + (one.next - one.start) / one.step, 0n),
    reserved: sum(...reserved),
    taken: sum("taken"),
    open: sum("open"),
    on_lease: sum("on_lease"),
    unreported: sum("unreported"),
    given_back: sum("given_back"),
    voided: sum("voided"),
    skipped: sum("skipped", "fenced"),
    burned: sum("burned"),
    in_flight: 0n,
  };
  const facts: Record<string, string> = {};
  for (const [name, numbers] of Object.entries(expected)) {
    const told = Object.entries(sums).find(([one]) => one === name)?.[1];
    if (told !== numbers) facts[name] = `${told} instead of ${numbers}`;
  }
  if (Object.keys(facts).length === 0) return [];
  return [{ kind: "account_sums_wrong", series: sequence, calls: [], facts }];
}

/** Runs that name another lease than the one that they are of. */
function wrongLeases({ runs }: AccountState, state: FinalState): Violation[] {
  const leases = new Map(state.leases.map((lease) => [reservationOf(lease), lease.id]));
  return runs
    .filter(({ reservation, lease }) => lease !== (leases.get(reservation ?? "") ?? null))
    .map(({ first, last, lease, reservation }) => {
      const facts = { lease, reservation };
      return { kind: "account_run_wrong", first, last, calls: [], facts };
    });
}
