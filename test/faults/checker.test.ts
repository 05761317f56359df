import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { check } from "./check/check.ts";
import type { Exposure } from "./check/check.ts";
import type { FinalState, ItemState } from "./check/final-state.ts";
import type { Call } from "./check/history.ts";
import type { Violation } from "./check/violation.ts";
import type { Wanted } from "./check/wanted.ts";
import { answers, callOf, itemOf, recorded, reserved, seriesAt, stateWith } from "./hand-made.ts";

const calm: Exposure = { crashes: 0, disturbed: false };
const twoLots: Wanted = { kind: "lots", items: [{ product: "p", count: 2 }] };
const named: Wanted = { kind: "lots", items: [{ product: "p", names: ["A", "B"] }] };

/** What is found, by kind, with the calls that it names. */
function found(history: Call[], state: Partial<FinalState>, exposure = calm): object[] {
  return check(history, stateWith(state), exposure).map(({ kind, calls }) => ({ kind, calls }));
}

function kindsOf(violations: readonly Violation[]): string[] {
  return violations.map(({ kind }) => kind);
}

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

function burned(numbers: bigint): FinalState["burned"] {
  return [{ sequence: "s", numbers }];
}

test("what a Postgres sequence burned is listed, and no more than crashes and lost answers explain", () => {
  const series = [seriesAt(38n, { promoted: true })];
  const disturbed = { crashes: 1, disturbed: true };
  // 33 numbers, 5 to 37: 32 of the crash, and one of 6 that three further tries of each call may have drawn.
  expect(found(clean.history, { ...clean.state, series, burned: burned(33n) }, disturbed)).toEqual(
    [],
  );
  expect(found(clean.history, { ...clean.state, series, burned: burned(32n) }, disturbed)).toEqual([
    { kind: "burned_unlisted", calls: [] },
  ]);
  expect(found(clean.history, { ...clean.state, series, burned: burned(33n) })).toEqual([
    { kind: "burned_too_many", calls: [] },
  ]);
  // 3 tries more for 3 numbers and for 1: 12, with the crash 44; the counter stands 45 beyond them.
  const far = [seriesAt(50n, { promoted: true })];
  expect(
    found(clean.history, { ...clean.state, series: far, burned: burned(45n) }, disturbed),
  ).toEqual([{ kind: "burned_too_many", calls: [] }]);
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

describe("a job that was cancelled", () => {
  const cancel: Wanted = { kind: "cancel job", job: "job" };
  const cancelled = (facts: Partial<ItemState>, voided: readonly bigint[]): Partial<FinalState> => {
    return {
      series: [seriesAt(11n)],
      ledger: [
        ...reserved([1n, 10n]),
        ...voided.map((number) => {
          const run = { sequence: "s", period: "", first: number, last: 10n, step: 1n };
          return { ...run, kind: "void", reason: "the job was cancelled" };
        }),
      ],
      requests: [
        { key: "l", made: { kind: "job", job: "job" } },
        { key: "c", made: { kind: "job", job: "job" } },
      ],
      jobs: [{ id: "job", status: "cancelled", items: [itemOf(1n, 10n, facts)] }],
      lots: 4,
    };
  };
  const four = { passed: 4, lots: 4, highest: 4n };
  const tenLots: Wanted = { kind: "lots", items: [{ product: "p", count: 10 }] };
  const history = [
    callOf(0, "l", [0, 5], answers.job(1, 10), tenLots),
    callOf(1, "c", [6, 9], answers.job(1, 10), cancel),
  ];

  test("keeps what it had recorded by then, and has the rest voided", () => {
    expect(found(history, cancelled(four, [5n]))).toEqual([]);
  });

  test.each([
    ["a lot too few", { ...four, lots: 3, highest: 3n }, ["job_rows_wrong", "lots_of_nobody"]],
    ["a lot in the wrong place", { ...four, highest: 5n }, ["job_rows_wrong"]],
  ] as const)("%s is found", (_, facts, kinds) => {
    const violations = check(history, stateWith(cancelled(facts, [5n])), calm);
    expect(kindsOf(violations)).toEqual(kinds);
  });

  test("numbers of it that are neither recorded nor voided are found, and those that are both", () => {
    expect(found(history, cancelled(four, []))).toEqual([{ kind: "rest_not_voided", calls: [] }]);
    expect(found(history, cancelled(four, [4n]))).toEqual([{ kind: "used_twice", calls: [] }]);
  });

  test("and goes on nevertheless, is found; so is one that nobody cancelled", () => {
    const whole = { ...cancelled({}, []), lots: 10 };
    const jobs = [{ id: "job", status: "done", items: [itemOf(1n, 10n)] }];
    expect(found(history, { ...whole, jobs })).toEqual([{ kind: "cancel_lost", calls: [1] }]);
    expect(found(history.slice(0, 1), cancelled(four, [5n]))).toEqual([
      { kind: "cancelled_by_nobody", calls: [] },
    ]);
  });
});

describe("a receipt that was cancelled", () => {
  const cancel: Wanted = { kind: "cancel receipt", receipt: "receipt", reason: "wrong" };
  const receive: Wanted = {
    kind: "receipt",
    reference: "DN",
    lines: [
      { product: "p", quantity: 2 },
      { product: "n", names: ["A"] },
    ],
  };
  const history = [
    callOf(0, "r", [0, 5], answers.receipt("received"), receive),
    callOf(1, "c", [6, 9], answers.receipt("cancelled"), cancel),
  ];
  const none = { lots: 0, lowest: null, highest: null };
  const named = { product: "n", reservation: null, first: null, last: null };
  const run = { sequence: "s", period: "", first: 1n, last: 2n, step: 1n };
  const state = {
    series: [seriesAt(3n)],
    ledger: [...reserved([1n, 2n]), { ...run, kind: "void", reason: "wrong" }],
    requests: [
      { key: "r", made: { kind: "job" as const, job: "job" } },
      { key: "c", made: { kind: "job" as const, job: "job" } },
    ],
    receipts: [{ id: "receipt", reference: "DN", status: "cancelled", job: "job" }],
    jobs: [
      {
        id: "job",
        status: "done",
        items: [itemOf(1n, 2n, none), itemOf(1n, 1n, { ...none, ...named })],
      },
    ],
  };

  test("has no lot and no name, and its numbers are voided", () => {
    expect(found(history, state)).toEqual([]);
  });

  test("a number of it that is not voided is found", () => {
    expect(found(history, { ...state, ledger: reserved([1n, 2n]) })).toEqual([
      { kind: "rest_not_voided", calls: [] },
    ]);
  });

  test("a name of it that is still there is found", () => {
    const items = [itemOf(1n, 2n, none), itemOf(1n, 1n, { ...named, lowest: null, highest: null })];
    const left = { jobs: [{ id: "job", status: "done", items }], lots: 1 };
    expect(found(history, { ...state, ...left, named: [{ product: "n", name: "A" }] })).toEqual([
      { kind: "name_left", calls: [0] },
      { kind: "job_rows_wrong", calls: [] },
    ]);
  });

  test("one that stands although it was cancelled, or is not there, is found", () => {
    const jobs = [
      {
        id: "job",
        status: "done",
        items: [itemOf(1n, 2n), itemOf(1n, 1n, { ...named, lowest: null, highest: null })],
      },
    ];
    const whole = { ...state, ledger: reserved([1n, 2n]), jobs, lots: 3 };
    const names = [{ product: "n", name: "A" }];
    const receipts = [{ id: "receipt", reference: "DN", status: "received", job: "job" }];
    expect(found(history, { ...whole, receipts, named: names })).toEqual([
      { kind: "cancel_lost", calls: [1] },
    ]);
    expect(found(history.slice(0, 1), { ...whole, receipts: [], named: names })).toEqual([
      { kind: "paper_missing", calls: [0] },
    ]);
  });
});

describe("a count", () => {
  const lines = [
    { product: "p", units: 2 },
    { product: "p", lot: "A", units: 0, location: "counted" },
  ];
  const make: Wanted = { kind: "count", reference: "CT", lines };
  const apply: Wanted = { kind: "apply", count: "count", lines };
  const history = [
    callOf(0, "m", [0, 5], answers.count("draft"), make),
    callOf(1, "a", [6, 9], answers.count("applied", [1, 2]), apply),
    // By somebody else at the same time: the same count, and the same job.
    callOf(2, "b", [6, 10], answers.count("applied", [1, 2]), apply),
  ];
  const state = {
    series: [seriesAt(3n)],
    ledger: reserved([1n, 2n]),
    requests: ["m", "a", "b"].map((key) => ({ key, made: { kind: "job" as const, job: "job" } })),
    counts: [{ id: "count", reference: "CT", status: "applied", job: "job" }],
    jobs: lots.jobs,
    changes: [{ reference: "CT", product: "p", lots: 1 }],
    lots: 2,
  };

  test("that is applied has its lots once, whoever applied it", () => {
    expect(found(history, state)).toEqual([]);
  });

  test("with other lots than were counted is found", () => {
    const counted: Wanted = { ...apply, lines: [{ product: "p", units: 3 }] };
    const calls = history.map((call) => (call.id === 0 ? call : { ...call, wanted: counted }));
    expect(found(calls, state)).toEqual([{ kind: "count_rows_wrong", calls: [] }]);
  });

  test("that two requests applied each for itself is found", () => {
    const other = callOf(2, "b", [10, 11], answers.count("applied", [3, 4], "other"), apply);
    const jobs = [...lots.jobs, { id: "other", status: "done", items: [itemOf(3n, 4n)] }];
    const twice = { series: [seriesAt(5n)], ledger: reserved([1n, 2n], [3n, 4n]), jobs, lots: 4 };
    const changes = [...state.changes, ...state.changes];
    expect(found([...history.slice(0, 2), other], { ...state, ...twice, changes })).toEqual([
      { kind: "drawn_by_nobody", calls: [] },
      { kind: "changed_twice", calls: [0] },
    ]);
  });

  test("that is a draft although it was applied is found, and one that nobody applied", () => {
    const counts = [{ id: "count", reference: "CT", status: "draft", job: "job" }];
    expect(found(history, { ...state, counts })).toEqual([
      { kind: "count_unapplied", calls: [1] },
      { kind: "count_unapplied", calls: [2] },
    ]);
    const none = { requests: state.requests.slice(0, 1), ledger: state.ledger };
    expect(found(history.slice(0, 1), { ...state, ...none })).toEqual([
      { kind: "applied_by_nobody", calls: [] },
    ]);
  });
});

describe("changes of lots", () => {
  const of = { product: "p", set: { location: "here" } };
  const many: Wanted = { kind: "change", names: ["A", "B"], reference: "CH-1", ...of };
  const one: Wanted = { kind: "patch", name: "A", version: '"1"', reference: "CH-2", ...of };
  const changed = callOf(0, "m", [0, 5], answers.changed(2), many);
  const patched = callOf(1, "p", [6, 9], answers.lot, one);
  const refused = answers.problem(412, "lot_changed");
  const requests = [{ key: "m", made: { kind: "other" as const } }];
  const changes = [
    { reference: "CH-1", product: "p", lots: 2 },
    { reference: "CH-2", product: "p", lots: 1 },
  ];

  test("that are there once are right", () => {
    expect(found([changed, patched], { requests, changes })).toEqual([]);
    // It was done, and its answer lost: when it is sent again the lot is another.
    const lost = callOf(1, "p", [6, 9], answers.lost, one);
    const again = callOf(2, "p", [10, 11], refused, one);
    expect(found([changed, lost, again], { requests, changes })).toEqual([]);
  });

  test("that are missing, or have not all lots, are found", () => {
    expect(found([changed, patched], { requests, changes: [] })).toEqual([
      { kind: "change_missing", calls: [0] },
      { kind: "change_missing", calls: [1] },
    ]);
    const fewer = changes.map((change) => ({ ...change, lots: 1 }));
    expect(found([changed, patched], { requests, changes: fewer })).toEqual([
      { kind: "change_missing", calls: [0] },
    ]);
  });

  test("that were made twice, though refused, or by nobody, are found", () => {
    expect(found([changed], { requests, changes: changes.concat(changes).slice(0, 3) })).toEqual([
      { kind: "changed_twice", calls: [0] },
      { kind: "changed_by_nobody", calls: [] },
    ]);
    const never = callOf(1, "p", [6, 9], refused, one);
    expect(found([changed, never], { requests, changes })).toEqual([
      { kind: "refused_and_done", calls: [1] },
    ]);
  });

  test("of one version of a lot there is one", () => {
    const other: Wanted = { ...one, reference: "CH-3" };
    const late = callOf(2, "q", [10, 11], answers.lot, other);
    const both = [...changes, { reference: "CH-3", product: "p", lots: 1 }];
    expect(found([changed, patched, late], { requests, changes: both })).toEqual([
      { kind: "lost_update", calls: [1, 2] },
    ]);
  });

  test("whose histories do not fit together are found", () => {
    const brokenHistories = [{ product: "p", name: "A", field: "location" }];
    expect(found([changed, patched], { requests, changes, brokenHistories })).toEqual([
      { kind: "history_broken", calls: [] },
    ]);
  });
});

describe("moves of a counter", () => {
  const advance: Wanted = { kind: "advance", sequence: "s", to: "11", reason: "ahead" };
  const rewind: Wanted = { kind: "rewind", sequence: "s", to: "6", reason: "back" };
  const history = [
    callOf(0, "a", [0, 5], answers.moved(1, 11, "ahead"), advance),
    callOf(1, "r", [6, 9], answers.moved(11, 6, "back"), rewind),
    callOf(2, "k", [10, 12], answers.run(6, 7)),
  ];
  const entry = (first: bigint, last: bigint, kind: string, reason: string | null) => {
    return { sequence: "s", period: "", first, last, step: 1n, kind, reason };
  };
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
    const without = (place: number) => ledger.filter((_, at) => at !== place);
    expect(found(history, { ...state, ledger: without(1) })).toEqual([
      { kind: "move_not_in_ledger", calls: [0] },
    ]);
    expect(found(history, { ...state, ledger: without(2) })).toEqual([
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
