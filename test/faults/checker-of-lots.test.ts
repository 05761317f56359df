import { describe, expect, test } from "vitest";

import { check } from "./check/check.ts";
import type { FinalState, ItemState } from "./check/final-state.ts";
import type { Wanted, WantedRow } from "./check/wanted.ts";
import {
  answers,
  callOf,
  calm,
  found,
  itemOf,
  kindsOf,
  reserved,
  seriesAt,
  stateWith,
} from "./hand-made.ts";

/** A job that recorded two lots. */
const oneJob = { id: "job", status: "done", items: [itemOf(1n, 2n)] };

/** A job of ten lots that was cancelled, with what is voided of it: from these numbers on. */
function cancelled(facts: Partial<ItemState>, voided: readonly bigint[]): Partial<FinalState> {
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
}

describe("a job that was cancelled", () => {
  const cancel: Wanted = { kind: "cancel job", job: "job" };
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
    jobs: [oneJob],
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
    const jobs = [oneJob, { id: "other", status: "done", items: [itemOf(3n, 4n)] }];
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

function row(name: string, product = "p"): WantedRow {
  return { product, name };
}

describe("an import", () => {
  const wanted: Wanted = {
    kind: "import",
    rows: [row("A"), row("B"), row("A"), row("C", "nothing")],
  };
  const history = [callOf(0, "i", [0, 5], answers.imported, wanted)];
  const run = { reservation: null, first: null, last: null, lowest: null, highest: null };
  const came = {
    id: "job",
    rows: 4,
    created: 2,
    updated: 0,
    unchanged: 1,
    refused: 1,
    lines: [5],
  };
  const state = {
    requests: [{ key: "i", made: { kind: "other" as const } }],
    imports: [came],
    jobs: [{ id: "job", status: "done", items: [itemOf(1n, 2n, run)] }],
    named: [row("A"), row("B")],
    lots: 2,
  };
  const kinds = (facts: Partial<FinalState>): string[] =>
    kindsOf(check(history, stateWith({ ...state, ...facts }), calm));

  test("of which every row is there once or refused is right", () => {
    expect(kinds({})).toEqual([]);
  });

  test.each([
    ["a row that is not there", { named: [row("A")] }],
    ["a row of nothing that is not refused", { imports: [{ ...came, refused: 0, lines: [] }] }],
    ["a row that came to nothing", { imports: [{ ...came, unchanged: 0 }] }],
    ["a row less", { imports: [{ ...came, rows: 3, unchanged: 0 }] }],
    ["a lot more than it says", { imports: [{ ...came, created: 1, unchanged: 2 }] }],
    ["a refusal that is not listed", { imports: [{ ...came, lines: [] }] }],
  ])("%s is found", (_, facts) => {
    expect(kinds(facts)).toEqual(["import_rows_wrong"]);
  });

  test("that is not there is found", () => {
    expect(kinds({ imports: [] })).toEqual(["import_missing"]);
  });
});
