import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { tenantsApart } from "./check/apart.ts";
import { check } from "./check/check.ts";
import type { FinalState, LedgerEntry } from "./check/final-state.ts";
import type { Call } from "./check/history.ts";
import type { Wanted } from "./check/wanted.ts";
import {
  accountOf,
  answers,
  callOf,
  calm,
  found,
  itemOf,
  kindsOf,
  recorded,
  reserved,
  seriesAt,
  stateWith,
} from "./hand-made.ts";

const twoLots: Wanted = { kind: "lots", items: [{ product: "p", count: 2 }] };
const named: Wanted = { kind: "lots", items: [{ product: "p", names: ["A", "B"] }] };

/** Two runs, the second asked for after the first was answered. */
const clean = {
  history: [callOf(0, "a", [0, 5], answers.run(1, 3)), callOf(1, "b", [6, 9], answers.run(4, 4))],
  state: {
    series: [seriesAt(5n)],
    ledger: reserved([1n, 3n], [4n, 4n]),
    requests: recorded(["a", 1n, 3n], ["b", 4n, 4n]),
  },
};

test("a history that keeps every promise has no violation", () => {
  expect(found(clean.history, clean.state)).toEqual([]);
});

test("numbers that two requests were given are found", () => {
  const history = [
    callOf(0, "a", [0, 5], answers.run(1, 3)),
    callOf(1, "b", [1, 9], answers.run(3, 4)),
  ];
  const ledger = reserved([1n, 3n], [3n, 4n]);
  const requests = recorded(["a", 1n, 3n], ["b", 3n, 4n]);
  expect(found(history, { series: [seriesAt(5n)], ledger, requests })).toEqual([
    { kind: "number_twice", calls: [0, 1] },
    { kind: "ledger_overlap", calls: [] },
  ]);
});

test("a run inside a longer one is found behind others", () => {
  const history = [
    callOf(0, "a", [0, 9], answers.run(1, 100)),
    callOf(1, "b", [0, 9], answers.run(101, 110)),
    callOf(2, "c", [0, 9], answers.run(50, 50)),
  ];
  const ledger = reserved([1n, 100n], [101n, 110n]);
  const requests = recorded(["a", 1n, 100n], ["b", 101n, 110n], ["c", 50n, 50n]);
  expect(found(history, { series: [seriesAt(111n)], ledger, requests })).toEqual([
    { kind: "number_twice", calls: [0, 2] },
  ]);
});

test("a run that has not as many numbers as were asked for is found", () => {
  const wanted: Wanted = { kind: "reserve", sequence: "s", count: 4 };
  const history = [callOf(0, "a", [0, 5], answers.run(1, 3), wanted)];
  const state = {
    series: [seriesAt(4n)],
    ledger: reserved([1n, 3n]),
    requests: recorded(["a", 1n, 3n]),
  };
  expect(found(history, state)).toEqual([{ kind: "wrong_count", calls: [0] }]);
});

test("a run below one that was acknowledged before is found, and not if both ran at once", () => {
  const state = {
    series: [seriesAt(5n)],
    ledger: reserved([1n, 2n], [3n, 4n]),
    requests: recorded(["a", 3n, 4n], ["b", 1n, 2n]),
  };
  const high = callOf(0, "a", [0, 5], answers.run(3, 4));
  const after = callOf(1, "b", [6, 9], answers.run(1, 2));
  const beside = callOf(1, "b", [5, 9], answers.run(1, 2));
  expect(found([high, after], state)).toEqual([{ kind: "out_of_order", calls: [0, 1] }]);
  expect(found([high, beside], state)).toEqual([]);
  // It may have been drawn by the first try, whose answer was lost.
  const lost = callOf(2, "b", [0, 3], answers.lost, after.wanted);
  expect(found([high, lost, after], state)).toEqual([]);
});

test("an acknowledged run that the ledger does not have is found", () => {
  const state = { ...clean.state, ledger: reserved([1n, 3n]), series: [seriesAt(4n)] };
  expect(found(clean.history, state)).toEqual([{ kind: "run_not_in_ledger", calls: [1] }]);
});

test("neighbouring rows may be one row", () => {
  expect(found(clean.history, { ...clean.state, ledger: reserved([1n, 4n]) })).toEqual([]);
});

test("a lost void is found", () => {
  const wanted: Wanted = { kind: "void", reservation: "s:1", first: "2", last: "3" };
  const history = [...clean.history, callOf(2, "v", [10, 11], answers.voided(2, 3), wanted)];
  const requests = [...clean.state.requests, { key: "v", made: { kind: "other" as const } }];
  expect(found(history, { ...clean.state, requests })).toEqual([
    { kind: "void_not_in_ledger", calls: [2] },
  ]);
  const voided = { ...reserved([2n, 3n])[0], kind: "void" };
  const ledger = [
    ...clean.state.ledger,
    { sequence: "s", period: "", first: 2n, last: 3n, step: 1n, reason: null, ...voided },
  ];
  expect(found(history, { ...clean.state, requests, ledger })).toEqual([]);
});

test.each([
  ["hole", { mode: "gapless" as const }],
  ["unexplained", {}],
])("a number without an entry is found: %s", (kind, facts) => {
  const history = [
    callOf(0, "a", [0, 5], answers.run(1, 3)),
    callOf(1, "b", [6, 9], answers.run(5, 5)),
  ];
  const state = {
    series: [seriesAt(6n, facts)],
    ledger: reserved([1n, 3n], [5n, 5n]),
    requests: recorded(["a", 1n, 3n], ["b", 5n, 5n]),
  };
  expect(found(history, state, { crashes: 9, disturbed: true })).toEqual([{ kind, calls: [] }]);
});

test("an entry beyond the counter is found", () => {
  expect(found(clean.history, { ...clean.state, series: [seriesAt(4n)] })).toEqual([
    { kind: "beyond_counter", calls: [] },
  ]);
});

test("what a Postgres sequence burned is listed, and no more than crashes and lost answers explain", () => {
  const promoted = (next: bigint, listed: bigint): Partial<FinalState> => ({
    ...clean.state,
    series: [seriesAt(next, { promoted: true })],
    accounts: [accountOf(["open", 1n, 4n], ["burned", 5n, listed])],
  });
  const disturbed = { crashes: 1, disturbed: true };
  // 33 numbers, 5 to 37: 32 of the crash, and one of 6 that three further tries of each call may have drawn.
  expect(found(clean.history, promoted(38n, 37n), disturbed)).toEqual([]);
  expect(kindsOf(check(clean.history, stateWith(promoted(38n, 36n)), disturbed))).toEqual([
    "burned_unlisted",
    "account_run_wrong",
    "account_sums_wrong",
  ]);
  expect(found(clean.history, promoted(38n, 37n))).toEqual([
    { kind: "burned_too_many", calls: [] },
  ]);
  // 3 tries more for 3 numbers and for 1: 12, with the crash 44; the counter stands 45 beyond them.
  expect(found(clean.history, promoted(50n, 49n), disturbed)).toEqual([
    { kind: "burned_too_many", calls: [] },
  ]);
});

test("a request that is sent again and answered otherwise is found", () => {
  const again = (first: number, replayed: boolean) => [
    ...clean.history,
    callOf(2, "a", [10, 12], answers.run(first, first + 2, replayed)),
  ];
  expect(found(again(1, true), clean.state)).toEqual([]);
  expect(found(again(5, true), clean.state)).toEqual([{ kind: "answers_differ", calls: [0, 2] }]);
  expect(found(again(1, false), clean.state)).toEqual([
    { kind: "carried_out_twice", calls: [0, 2] },
  ]);
});

test("a refusal of what succeeded before is found, and not that of a twin", () => {
  const refused = (begun: number, code: string) => [
    ...clean.history,
    callOf(2, "a", [begun, 12], answers.problem(409, code)),
  ];
  expect(found(refused(10, "sequence_exhausted"), clean.state)).toEqual([
    { kind: "answers_differ", calls: [0, 2] },
  ]);
  expect(found(refused(4, "request_in_flight"), clean.state)).toEqual([]);
});

test("a success that is not recorded under its key is found, and whose number that was", () => {
  const requests = recorded(["a", 1n, 3n]);
  expect(found(clean.history, { ...clean.state, requests })).toEqual([
    { kind: "answer_unrecorded", calls: [1] },
    { kind: "drawn_by_nobody", calls: [] },
  ]);
});

test("a refused request that drew is found", () => {
  const [first] = clean.history;
  const refused = callOf(1, "b", [6, 9], answers.problem(422, "unknown_product"));
  expect(found(first === undefined ? [] : [first, refused], clean.state)).toEqual([
    { kind: "refused_and_done", calls: [1] },
  ]);
});

test("a draw whose answer was lost is that of its request", () => {
  const [first, second] = clean.history;
  if (first === undefined || second === undefined) throw new Error("There are two calls.");
  const lost = { ...second, outcome: answers.lost };
  expect(found([first, lost], clean.state)).toEqual([]);
  expect(found([first], clean.state)).toEqual([{ kind: "drawn_by_nobody", calls: [] }]);
});

test("an answer of 500 is found, one of 503 is none", () => {
  const answered = (status: number, code = "internal_error") => [
    callOf(2, "c", [10, 12], answers.problem(status, code)),
    ...clean.history,
  ];
  expect(found(answered(503), clean.state)).toEqual([]);
  expect(found(answered(500), clean.state)).toEqual([{ kind: "broken_answer", calls: [2] }]);
  expect(found(answered(503, "counter_behind_ledger"), clean.state)).toEqual([
    { kind: "broken_answer", calls: [2] },
  ]);
});

const lots = {
  series: [seriesAt(3n)],
  ledger: reserved([1n, 2n]),
  requests: [{ key: "l", made: { kind: "job" as const, job: "job" } }],
  jobs: [{ id: "job", status: "done", items: [itemOf(1n, 2n)] }],
  lots: 2,
};

test.each([
  ["whole", {}, []],
  ["a row too few", { lots: 1 }, ["job_rows_wrong", "lots_of_nobody"]],
  ["other numbers", { highest: 3n }, ["job_rows_wrong"]],
  ["a wrong name", { misnamed: 1 }, ["job_rows_wrong"]],
  ["a name left out", { skipped: 1 }, ["job_rows_wrong"]],
  ["another count", { count: 3 }, ["used_unreserved", "job_missing", "job_rows_wrong"]],
  ["another reservation", { reservation: "s:7" }, ["job_missing"]],
] as const)("a job has exactly its rows: %s", (_, facts, kinds) => {
  const history = [callOf(0, "l", [0, 5], answers.job(1, 2), twoLots)];
  const jobs = [{ id: "job", status: "done", items: [itemOf(1n, 2n, facts)] }];
  const violations = check(history, stateWith({ ...lots, jobs }), calm);
  expect(violations.map(({ kind }) => kind)).toEqual(kinds);
});

test("a job that is not there, or not done, is found", () => {
  const history = [callOf(0, "l", [0, 5], answers.job(1, 2), twoLots)];
  const running = lots.jobs.map((job) => ({ ...job, status: "running" }));
  expect(found(history, { ...lots, jobs: running })).toEqual([
    { kind: "job_unfinished", calls: [] },
  ]);
  expect(found(history, { ...lots, jobs: [], lots: 0 })).toEqual([
    { kind: "job_missing", calls: [0] },
    { kind: "drawn_by_nobody", calls: [] },
  ]);
});

test("numbers that a job drew count as given", () => {
  const wanted: Wanted = { kind: "reserve", sequence: "s", count: 2 };
  const history = [
    callOf(0, "l", [0, 5], answers.job(1, 2), twoLots),
    callOf(1, "a", [0, 5], answers.run(2, 3), wanted),
  ];
  const state = { ...lots, ledger: reserved([1n, 2n], [2n, 3n]), series: [seriesAt(4n)] };
  const requests = [...lots.requests, ...recorded(["a", 2n, 3n])];
  expect(found(history, { ...state, requests })).toEqual([
    { kind: "number_twice", calls: [0, 1] },
    { kind: "ledger_overlap", calls: [] },
  ]);
});

test("a number that is recorded twice, or recorded and voided, is found, and one that nobody reserved", () => {
  const history = [callOf(0, "l", [0, 5], answers.job(1, 2), twoLots)];
  const entry = {
    sequence: "s",
    period: "",
    first: 2n,
    last: 2n,
    step: 1n,
    kind: "void",
    reason: null,
  };
  const twice = { kind: "used_twice", calls: [] };
  expect(found(history, { ...lots, ledger: [...lots.ledger, entry] })).toEqual([twice]);
  const items = [itemOf(2n, 2n, { reservation: "s:1", presented: true })];
  const jobs = [...lots.jobs, { id: "other", status: "done", items }];
  expect(found(history, { ...lots, jobs, lots: 3 })).toEqual([twice]);
  const beyond = { ...entry, first: 3n, last: 3n };
  expect(found(history, { ...lots, ledger: [...lots.ledger, beyond] })).toEqual([
    { kind: "used_unreserved", calls: [] },
  ]);
});

test("a name that was acknowledged and is not in the table is found", () => {
  const history = [callOf(0, "l", [0, 5], answers.names(2), named)];
  const item = itemOf(1n, 2n, {
    reservation: null,
    first: null,
    last: null,
    lowest: null,
    highest: null,
  });
  const state = {
    requests: lots.requests,
    jobs: [{ id: "job", status: "done", items: [item] }],
    lots: 2,
  };
  const both = ["A", "B"].map((name) => ({ product: "p", name }));
  expect(found(history, { ...state, named: both })).toEqual([]);
  expect(found(history, { ...state, named: both.slice(0, 1) })).toEqual([
    { kind: "lot_missing", calls: [0] },
  ]);
});

test("a job that is answered again may stand elsewhere, and has the same runs and names", () => {
  const history = [callOf(0, "l", [0, 5], answers.job(1, 2), twoLots)];
  const again = (first: number) =>
    callOf(1, "l", [6, 9], answers.job(first, first + 1, true), twoLots);
  expect(found([...history, again(1)], lots)).toEqual([]);
  expect(found([...history, again(2)], lots)).toEqual([{ kind: "answers_differ", calls: [0, 1] }]);
});

describe("names of a naming series", () => {
  const wanted: Wanted = {
    kind: "names",
    series: "SI-.YYYY.-.{plant}.##.-X",
    count: 2,
    at: "2026-11-24",
    fields: { plant: "B7" },
  };
  const names = ["SI-2026-B709-X", "SI-2026-B710-X"];
  const of = { sequence: "naming-series", period: "SI-2026-B7" };
  const state = {
    series: [seriesAt(11n, { ...of, start: 9n })],
    ledger: [{ ...of, first: 9n, last: 10n, step: 1n, kind: "reserved", reason: null }],
    requests: [{ key: "n", made: { kind: "run" as const, ...of, first: 9n, last: 10n } }],
  };
  const found = (text: string, told: string[], asked: Wanted = wanted): string[] => {
    const history = [callOf(0, "n", [0, 5], answers.series(text, 9, told), asked)];
    return kindsOf(check(history, stateWith(state), calm));
  };

  test("as the pattern renders them they are right", () => {
    expect(found("SI-2026-B7", names)).toEqual([]);
  });

  test.each([
    ["another name", ["SI-2026-B709-X", "SI-2026-B711-X"]],
    ["one in the wrong place", names.toReversed()],
  ])("%s is found", (_, told) => {
    expect(found("SI-2026-B7", told)).toEqual(["names_wrong"]);
  });

  test("one too few is found", () => {
    expect(found("SI-2026-B7", names, { ...wanted, count: 3 })).toEqual([
      "wrong_count",
      "names_wrong",
    ]);
  });

  test("a sequence that counts with them gives names of its own pattern in their series", () => {
    const ofSequence: Wanted = { kind: "reserve", sequence: "inv", count: 2, at: "2026-11-24" };
    const run = { first: "9", last: "10", step: "1", count: 2 };
    const sequences = [
      { key: "inv", dialect: "frappe", pattern: "SI-.YYYY.-B7.###", counter: of.sequence },
    ];
    const told = (first: string, last: string): string[] => {
      const id = "naming-series:SI-2026-B7:9";
      const ends = { first_name: first, last_name: last };
      const body = { id, sequence: of.sequence, series: of.period, ...run, ...ends };
      const outcome = { ...answers.run(9, 10), body: JSON.stringify(body) };
      const history = [callOf(0, "n", [0, 5], outcome, ofSequence)];
      return kindsOf(check(history, stateWith({ ...state, sequences }), calm));
    };
    expect(told("SI-2026-B7009", "SI-2026-B7010")).toEqual([]);
    expect(told("SI-2026-B7009", "SI-2026-B710")).toEqual(["names_wrong"]);
  });
});

/** Calls that draw runs of these counts one after another, each answered before the next is asked for. */
function inTurn(counts: readonly number[]): { history: Call[]; state: Partial<FinalState> } {
  const history: Call[] = [];
  const runs: [bigint, bigint][] = [];
  const requests: [string, bigint, bigint][] = [];
  let next = 1;
  for (const [place, count] of counts.entries()) {
    const last = next + count - 1;
    history.push(callOf(place, `k${place}`, [place * 10, place * 10 + 9], answers.run(next, last)));
    runs.push([BigInt(next), BigInt(last)]);
    requests.push([`k${place}`, BigInt(next), BigInt(last)]);
    next = last + 1;
  }
  const series = [seriesAt(BigInt(next))];
  return { history, state: { series, ledger: reserved(...runs), requests: recorded(...requests) } };
}

const someCounts = fc.array(fc.integer({ min: 1, max: 10_000_000 }), {
  minLength: 2,
  maxLength: 40,
});

test("property: any counts in turn are clean, in any order of the records; one entry less never is", () => {
  fc.assert(
    fc.property(someCounts, fc.nat(), (counts, chosen) => {
      const { history, state } = inTurn(counts);
      expect(found(history.toReversed(), state)).toEqual([]);
      const ledger = (state.ledger ?? []).filter((_, place) => place !== chosen % counts.length);
      const kinds = check(history, stateWith({ ...state, ledger }), calm).map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(["run_not_in_ledger", "unexplained"]);
    }),
    { numRuns: 200 },
  );
});

test("property: any two answers exchanged are out of order, and nobody's own", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.nat(), (calls, one, other) => {
      const low = Math.min(one % calls, other % calls);
      const high = Math.max(one % calls, other % calls);
      fc.pre(low !== high);
      const { history, state } = inTurn(Array.from({ length: calls }, () => 1));
      const outcomes = history.map(({ outcome }) => outcome);
      const exchanged = history.map((call, place) => {
        const from = place === low ? high : place === high ? low : place;
        return { ...call, outcome: outcomes[from] ?? call.outcome };
      });
      const kinds = check(exchanged, stateWith(state), calm).map(({ kind }) => kind);
      // The low place has the high number: everything up to the high place comes below it.
      expect(kinds.filter((kind) => kind === "out_of_order")).toHaveLength(high - low);
    }),
    { numRuns: 200 },
  );
});

test("ten million numbers in forty thousand calls are looked at within the test's time", () => {
  const { history, state } = inTurn(Array.from({ length: 40_000 }, () => 250));
  expect(state.series?.[0]?.next).toBe(10_000_001n);
  expect(found(history, state)).toEqual([]);
});

/** An entry of the ledger of series `s`, with the reason of whoever moved its counter. */
function entry(first: bigint, last: bigint, kind: string, reason: string): LedgerEntry {
  return { sequence: "s", period: "", first, last, step: 1n, kind, reason };
}

describe("moves of a counter", () => {
  const advance: Wanted = { kind: "advance", sequence: "s", to: "11", reason: "ahead" };
  const rewind: Wanted = { kind: "rewind", sequence: "s", to: "6", reason: "back" };
  const history = [
    callOf(0, "a", [0, 5], answers.moved(1, 11, "ahead"), advance),
    callOf(1, "r", [6, 9], answers.moved(11, 6, "back"), rewind),
    callOf(2, "k", [10, 12], answers.run(6, 7)),
  ];
  const ledger = [
    entry(1n, 5n, "skip", "ahead"),
    entry(6n, 10n, "reopened", "ahead"),
    entry(6n, 10n, "rewind", "back"),
    ...reserved([6n, 7n]),
  ];
  const state = {
    series: [seriesAt(8n)],
    ledger,
    requests: [
      { key: "a", made: { kind: "other" as const } },
      { key: "r", made: { kind: "other" as const } },
      ...recorded(["k", 6n, 7n]),
    ],
  };

  test("that are in the ledger are right, and numbers that were passed are given after a rewind", () => {
    expect(found(history, state)).toEqual([]);
  });

  test("that are not there whole are found", () => {
    const cut = ledger.filter(({ kind }) => kind !== "reopened");
    expect(found(history, { ...state, ledger: cut })).toEqual([
      { kind: "move_not_in_ledger", calls: [0] },
    ]);
    const unwound = ledger.filter(({ kind }) => kind !== "rewind");
    expect(found(history, { ...state, ledger: unwound })).toEqual([
      { kind: "move_not_in_ledger", calls: [1] },
    ]);
  });

  test("that were made twice, or by nobody, are found", () => {
    const twice = [...ledger, entry(6n, 10n, "rewind", "back")];
    expect(found(history, { ...state, ledger: twice })).toEqual([
      { kind: "moved_twice", calls: [1] },
    ]);
    const other = [...ledger, entry(6n, 10n, "rewind", "nobody")];
    expect(found(history, { ...state, ledger: other })).toEqual([
      { kind: "moved_by_nobody", calls: [] },
    ]);
  });

  test("a counter that went back over a number that was given is found", () => {
    const before = callOf(3, "b", [4, 5], answers.run(7, 7));
    const requests = [...state.requests, ...recorded(["b", 7n, 7n])];
    const twice = [...ledger, ...reserved([7n, 7n])];
    expect(found([...history, before], { ...state, requests, ledger: twice })).toEqual([
      { kind: "number_twice", calls: [2, 3] },
      { kind: "ledger_overlap", calls: [] },
      { kind: "out_of_order", calls: [3, 2] },
    ]);
  });
});

test("what one tenant was told of another's is found, and what both name alike is not", () => {
  const calls = [callOf(0, "l", [0, 5], answers.job(1, 2), twoLots)];
  const run = callOf(1, "a", [0, 5], answers.run(3, 3));
  const owner = { tenant: "one", history: calls, state: stateWith(lots) };
  const other = { tenant: "two", history: [run], state: stateWith({}) };
  expect(tenantsApart([owner, other])).toEqual([]);
  const mixed = tenantsApart([owner, { ...other, history: [run, ...calls] }]);
  expect(mixed.map(({ kind, calls: told }) => [kind, told])).toEqual([["of_another_tenant", [0]]]);
});
