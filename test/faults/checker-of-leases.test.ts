import { describe, expect, test } from "vitest";

import { check } from "./check/check.ts";
import type { Drawing } from "./check/drawing.ts";
import type { Fate, FinalState, ItemState, LeaseState } from "./check/final-state.ts";
import type { Call } from "./check/history.ts";
import type { Stretch } from "./check/runs.ts";
import type { Wanted } from "./check/wanted.ts";
import { askedLine, drawnLine, readLog } from "./drawers/log.ts";
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

const open: Wanted = { kind: "lease", sequence: "s", count: 10, ttl_s: 60, holder: "till" };
const ofLease = { lease: "L", token: "T" };
const report: Wanted = { kind: "report", ...ofLease, used_to: "4" };
const giveBack: Wanted = { kind: "give back", ...ofLease };
const renew: Wanted = { kind: "renew", ...ofLease, ttl_s: 120 };

const opened = callOf(0, "o", [0, 5], answers.lease({ token: "T", ttl_s: 60 }), open);
const reported = callOf(1, "r", [6, 9], answers.lease({ used: 4, open: 6 }), report);
const gaveBack = callOf(
  2,
  "g",
  [10, 12],
  answers.lease({ used: 4, given_back: 6, open: 0 }),
  giveBack,
);

function stretch(first: bigint, last: bigint): Stretch {
  return { from: first, to: last + 1n };
}

/** Lease `L` with what the database has of it. */
function leaseWith(facts: Partial<LeaseState>): LeaseState {
  return {
    id: "L",
    sequence: "s",
    period: "",
    first: 1n,
    last: 10n,
    step: 1n,
    holder: "till",
    token: "T",
    form: { prefix: "S-", width: 1, suffix: "" },
    used: [],
    late: [],
    givenBack: [],
    open: 10n,
    expiresAt: "soon",
    isExpired: false,
    isClosed: false,
    ...facts,
  };
}

/** Runs of the account that are of lease `L`. */
function account(
  ...runs: readonly (readonly [Fate, bigint, bigint])[]
): Pick<FinalState, "accounts"> {
  const lease = ["L", 1n] as const;
  return { accounts: [accountOf(...runs.map((run) => [...run, lease] as const))] };
}

const requests: FinalState["requests"] = [
  ...recorded(["o", 1n, 10n]),
  ...["r", "g", "n", "v"].map((key) => ({ key, made: { kind: "other" as const } })),
];

/** 1 to 4 used, the others with the holder. */
const half = {
  series: [seriesAt(11n)],
  ledger: reserved([1n, 10n]),
  requests,
  leases: [leaseWith({ used: [stretch(1n, 4n)], open: 6n })],
  ...account(["open", 1n, 4n], ["on_lease", 5n, 10n]),
};

const voidEntry = (first: bigint, last: bigint): FinalState["ledger"][number] => ({
  sequence: "s",
  period: "",
  first,
  last,
  step: 1n,
  kind: "void",
  reason: "not needed",
});

/** 1 to 4 used, the others given back. */
const whole = {
  ...half,
  ledger: [...half.ledger, voidEntry(5n, 10n)],
  leases: [
    leaseWith({
      used: [stretch(1n, 4n)],
      givenBack: [stretch(5n, 10n)],
      open: 0n,
      isClosed: true,
    }),
  ],
  ...account(["open", 1n, 4n], ["given_back", 5n, 10n]),
};

/** The same report at another time. */
function at(begun: number, ended: number): Call {
  return { ...reported, begun, ended };
}

function kinds(history: Call[], state: Partial<FinalState>): string[] {
  return kindsOf(check(history, stateWith(state), calm));
}

test("a lease that is reported and given back has no violation", () => {
  expect(found([opened, reported], half)).toEqual([]);
  expect(found([opened, reported, gaveBack], whole)).toEqual([]);
});

describe("a lease", () => {
  test("is a run that was given: no number twice, as many as were asked for", () => {
    const other = callOf(3, "k", [0, 5], answers.run(10, 11));
    const both = {
      ...half,
      series: [seriesAt(12n)],
      ledger: [...reserved([1n, 10n]), ...reserved([10n, 11n])],
      requests: [...requests, ...recorded(["k", 10n, 11n])],
      accounts: [],
    };
    expect(kinds([opened, reported, other], both)).toEqual(["number_twice", "ledger_overlap"]);
    const eleven = { ...opened, wanted: { ...open, count: 11 } };
    expect(kinds([eleven, reported], half)).toEqual(["wrong_count"]);
  });

  test.each([
    ["that is not there", []],
    ["with another run", [leaseWith({ ...half.leases[0], last: 9n, open: 5n })]],
    ["with another token", [leaseWith({ ...half.leases[0], token: "U" })]],
    ["with another holder", [leaseWith({ ...half.leases[0], holder: "scanner" })]],
  ])("%s is found", (_, leases) => {
    expect(kinds([opened], { ...half, leases, accounts: [] })).toContain("lease_missing");
  });

  test("whose names are not those of its form is found", () => {
    const wrong = answers.lease({ token: "T", ttl_s: 60, last_name: "S-11" });
    expect(kinds([{ ...opened, outcome: wrong }, reported], half)).toEqual(["names_wrong"]);
    // The form itself is not that of the pattern.
    const sequences = [{ key: "s", dialect: "braces", pattern: "X-{000}", counter: "s" }];
    expect(kinds([opened, reported], { ...half, sequences })).toEqual(["names_wrong"]);
  });

  test("of a gapless series is found", () => {
    const series = [seriesAt(11n, { mode: "gapless" })];
    expect(kinds([opened, reported], { ...half, series })).toEqual(["lease_gapless"]);
  });

  test("whose sums are wrong is found, in an answer and at the end", () => {
    const wrong = { ...reported, outcome: answers.lease({ used: 4, open: 5 }) };
    expect(kinds([opened, wrong], half)).toEqual(["lease_sums_wrong"]);
    const leases = [leaseWith({ ...half.leases[0], open: 5n })];
    expect(kinds([opened, reported], { ...half, leases })).toEqual(["lease_sums_wrong"]);
    const closed = [leaseWith({ ...half.leases[0], isClosed: true })];
    expect(kinds([opened, reported], { ...half, leases: closed })).toEqual(["lease_sums_wrong"]);
    const late = [leaseWith({ ...half.leases[0], late: [stretch(4n, 5n)] })];
    expect(kinds([opened], { ...half, leases: late })).toContain("lease_sums_wrong");
  });

  test("that does not last as long as the last renewal said is found", () => {
    const renewed = callOf(
      3,
      "n",
      [10, 12],
      answers.lease({ ttl_s: 120, expires_at: "later" }),
      renew,
    );
    const later = [leaseWith({ ...half.leases[0], expiresAt: "later" })];
    expect(kinds([opened, reported, renewed], { ...half, leases: later })).toEqual([]);
    expect(kinds([opened, reported, renewed], half)).toEqual(["renewal_lost"]);
    // One that ran at the same time may be the last.
    const beside = callOf(4, "m", [11, 13], answers.lease({ ttl_s: 120 }), renew);
    const both = [...requests, { key: "m", made: { kind: "other" as const } }];
    expect(kinds([opened, reported, renewed, beside], { ...half, requests: both })).toEqual([]);
  });
});

describe("what a holder told", () => {
  test("and is not used is found; what was not heard need not be", () => {
    const leases = [leaseWith({ used: [stretch(1n, 3n)], open: 7n })];
    const state = { ...half, leases, ...account(["open", 1n, 3n], ["on_lease", 4n, 10n]) };
    expect(found([opened, reported], state)).toEqual([{ kind: "report_lost", calls: [1] }]);
    const lost = { ...reported, outcome: answers.lost };
    const some = callOf(3, "v", [6, 7], answers.lease({ used: 3, open: 7 }), {
      ...report,
      used_to: "3",
    });
    expect(found([opened, lost, some], state)).toEqual([]);
  });

  test("in runs and by lots with its token counts alike", () => {
    const runs: Wanted = {
      kind: "report",
      ...ofLease,
      used: [
        { first: "1", last: "1" },
        { first: "4", last: "4" },
      ],
    };
    const told = { ...reported, outcome: answers.lease({ used: 2, open: 8 }), wanted: runs };
    const items = [itemOf(2n, 3n, { reservation: "s:1", presented: true })];
    const lots: Wanted = {
      kind: "lots",
      items: [{ product: "p", reservation: "s:1", count: 2, first_name: "S-2", lease_token: "T" }],
    };
    const made = callOf(3, "l", [10, 12], jobOf(2), lots);
    const state = {
      ...half,
      requests: [...requests, { key: "l", made: { kind: "job" as const, job: "job" } }],
      jobs: [{ id: "job", status: "done", items }],
      lots: 2,
      ...account(["open", 1n, 1n], ["taken", 2n, 3n], ["open", 4n, 4n], ["on_lease", 5n, 10n]),
    };
    expect(found([opened, told, made], state)).toEqual([]);
    expect(kinds([opened, told], state)).toEqual(["reported_by_nobody"]);
  });

  test("nobody else can have told", () => {
    expect(found([opened], half)).toEqual([{ kind: "reported_by_nobody", calls: [] }]);
    const stranger: Wanted = { ...report, token: "U" };
    const heard = callOf(3, "v", [6, 7], reported.outcome, stranger);
    expect(found([opened, reported, heard], half)).toEqual([
      { kind: "wrong_holder_heard", calls: [3] },
    ]);
    const refused = (code: string): Call => ({ ...heard, outcome: answers.problem(409, code) });
    const none = requests.filter(({ key }) => key !== "v");
    const state = { ...half, requests: none };
    expect(found([opened, reported, refused("lease_token_wrong")], state)).toEqual([]);
    expect(kinds([opened, reported, refused("lease_range")], state)).toEqual([
      "wrong_holder_heard",
    ]);
  });

  test("is late exactly when it came after the end", () => {
    const late = {
      ...half,
      leases: [leaseWith({ ...half.leases[0], late: [stretch(1n, 4n)] })],
    };
    expect(kinds([opened, at(59_000, 59_500)], half)).toEqual([]);
    expect(kinds([opened, at(59_000, 59_500)], late)).toEqual(["late_wrong"]);
    expect(kinds([opened, at(61_000, 61_500)], late)).toEqual([]);
    expect(kinds([opened, at(61_000, 61_500)], half)).toEqual(["late_wrong"]);
    // Told again, it is what it was.
    const again = { ...at(61_000, 61_500), id: 4, key: "v" };
    expect(kinds([opened, reported, again], half)).toEqual([]);
    // It ran while the lease expired.
    expect(kinds([opened, at(59_900, 60_100)], late)).toEqual([]);
    expect(kinds([opened, at(59_900, 60_100)], half)).toEqual([]);
  });

  test("is not late after a renewal, and what was late stays so", () => {
    const renewed = callOf(
      3,
      "n",
      [70_000, 70_005],
      answers.lease({ ttl_s: 120, expires_at: "soon" }),
      renew,
    );
    const again = { ...reported, key: "v", begun: 80_000, ended: 80_005, id: 4 };
    const late = {
      ...half,
      leases: [leaseWith({ ...half.leases[0], late: [stretch(1n, 4n)] })],
    };
    expect(kinds([opened, renewed, again], half)).toEqual([]);
    expect(kinds([opened, renewed, again], late)).toEqual(["late_wrong"]);
    const before = { ...reported, begun: 65_000, ended: 65_005 };
    expect(kinds([opened, before, renewed, again], late)).toEqual([]);
  });
});

describe("what is given back", () => {
  test("and is still open is found, or was given back by nobody", () => {
    expect(found([opened, reported, gaveBack], half)).toEqual([
      { kind: "give_back_lost", calls: [2] },
    ]);
    expect(found([opened, reported], whole)).toEqual([{ kind: "given_back_by_nobody", calls: [] }]);
  });

  test("is void, and not used too", () => {
    const { ledger } = half;
    expect(kinds([opened, reported, gaveBack], { ...whole, ledger })).toEqual([
      "given_back_not_void",
      // The account says what the ledger does not.
      "account_run_wrong",
      "account_run_wrong",
      "account_sums_wrong",
    ]);
    const leases = [leaseWith({ ...whole.leases[0], givenBack: [stretch(4n, 10n)] })];
    const voided = [...half.ledger, voidEntry(4n, 10n)];
    const both = { ...whole, leases, ledger: voided };
    expect(kinds([opened, reported, gaveBack], { ...both, accounts: [] })).toEqual([
      "used_and_given_back",
    ]);
  });

  test("and is recorded as a lot is found", () => {
    const items = [itemOf(5n, 5n, { reservation: "s:1", presented: true })];
    const job = { jobs: [{ id: "job", status: "done", items }], lots: 1 };
    expect(kinds([opened, reported, gaveBack], { ...whole, ...job, accounts: [] })).toEqual([
      "used_twice",
    ]);
  });
});

describe("numbers on lease", () => {
  const taking: Wanted = { kind: "void", reservation: "s:1", first: "3", last: "5" };
  const voided = (begun: number, last: number): Call =>
    callOf(3, "v", [begun, begun + 1], answers.voided(3, last), taking);

  test("that are void or recorded at the end are found", () => {
    const ledger = [...half.ledger, voidEntry(5n, 5n)];
    const of = { ...half, accounts: [] };
    expect(kinds([opened, reported], { ...of, ledger })).toEqual(["taken_from_lease"]);
    const item: Partial<ItemState> = { reservation: "s:1", presented: true };
    const jobs = [{ id: "job", status: "done", items: [itemOf(4n, 5n, item)] }];
    expect(kinds([opened, reported], { ...of, jobs, lots: 2 })).toEqual(["taken_from_lease"]);
  });

  test("that somebody took before their holder told of them are found", () => {
    const ledger = [...half.ledger, voidEntry(3n, 4n)];
    const state = {
      ...half,
      ledger,
      ...account(["open", 1n, 2n], ["voided", 3n, 4n], ["on_lease", 5n, 10n]),
    };
    expect(found([opened, reported, voided(10, 4)], state)).toEqual([]);
    // While the report ran it may have come first.
    expect(found([opened, reported, voided(6, 4)], state)).toEqual([]);
    expect(found([opened, reported, voided(4, 4)], state)).toEqual([
      { kind: "taken_from_lease", calls: [3] },
    ]);
  });

  test("so are those that somebody recorded", () => {
    const items = [itemOf(3n, 4n, { reservation: "s:1", presented: true })];
    const lots: Wanted = { kind: "lots", items: [{ product: "p", reservation: "s:1", count: 2 }] };
    const state = {
      ...half,
      requests: [...requests, { key: "l", made: { kind: "job" as const, job: "job" } }],
      jobs: [{ id: "job", status: "done", items }],
      lots: 2,
      ...account(["open", 1n, 2n], ["taken", 3n, 4n], ["on_lease", 5n, 10n]),
    };
    const at = (begun: number): Call => callOf(3, "l", [begun, begun + 1], jobOf(2), lots);
    expect(found([opened, reported, at(10)], state)).toEqual([]);
    expect(found([opened, reported, at(4)], state)).toEqual([
      { kind: "taken_from_lease", calls: [3] },
    ]);
    // With the token of another lease.
    const shown = [{ product: "p", reservation: "s:1", count: 2, lease_token: "U" }];
    const stranger = { ...at(4), wanted: { kind: "lots", items: shown } as const };
    expect(found([opened, reported, stranger], state)).toEqual([
      { kind: "taken_from_lease", calls: [3] },
    ]);
  });
});

/** What is found in such an account of the lease that is used by half. */
function kindsOfAccount(...runs: (readonly [Fate, bigint, bigint])[]): string[] {
  return kinds([opened, reported], { ...half, ...account(...runs) });
}

describe("the account", () => {
  test("that has a number twice, or not at all, is found", () => {
    expect(kindsOfAccount(["open", 1n, 4n], ["on_lease", 4n, 10n])).toContain(
      "account_number_twice",
    );
    expect(kindsOfAccount(["open", 1n, 4n], ["on_lease", 6n, 10n])).toEqual([
      "account_run_wrong",
      "account_sums_wrong",
    ]);
    // What adds up and is told of numbers that the counter has not passed.
    expect(kindsOfAccount(["open", 1n, 4n], ["on_lease", 5n, 11n])).toEqual([
      "account_run_wrong",
      "account_sums_wrong",
    ]);
  });

  test("that says another fate is found, of an expired lease too", () => {
    expect(kindsOfAccount(["open", 1n, 4n], ["unreported", 5n, 10n])).toContain(
      "account_run_wrong",
    );
    const leases = [leaseWith({ ...half.leases[0], isExpired: true })];
    const told = account(["open", 1n, 4n], ["unreported", 5n, 10n]);
    expect(kinds([opened, reported], { ...half, leases, ...told })).toEqual([]);
    expect(kinds([opened, reported], { ...half, leases })).toContain("account_run_wrong");
  });

  test("whose sums are others than its runs is found", () => {
    const [right] = half.accounts;
    if (right === undefined) throw new Error("There is one.");
    const sums = { ...right.sums, open: 5n, on_lease: 5n };
    expect(kinds([opened, reported], { ...half, accounts: [{ ...right, sums }] })).toEqual([
      "account_sums_wrong",
    ]);
  });

  test("that names another lease, or none, is found", () => {
    const accounts = [accountOf(["open", 1n, 4n, ["L", 1n]], ["on_lease", 5n, 10n, ["M", 1n]])];
    expect(kinds([opened, reported], { ...half, accounts })).toEqual(["account_run_wrong"]);
  });
});

function drawing(
  ...drawn: readonly (readonly [number: bigint, name: string, lease?: string])[]
): Drawing[] {
  const names = drawn.map(([number, name, lease = "L"]) => ({ number, name, lease }));
  return [{ holder: "site", sequence: "s", asked: 10n, drawn: names }];
}

describe("processes that note what they draw", () => {
  const leases = [leaseWith({ holder: "site", used: [stretch(1n, 4n)], open: 6n })];
  const state = { ...half, requests: [], leases };
  const kindsFor = (
    drawings: readonly Drawing[],
    facts: Partial<FinalState> = {},
    history: Call[] = [],
  ): string[] => kindsOf(check(history, stateWith({ ...state, ...facts }), calm, drawings));

  test("have no violation when each name is one of a lease of theirs, told of or not", () => {
    expect(kindsFor(drawing([2n, "S-2"], [3n, "S-3"], [7n, "S-7"]))).toEqual([]);
    // Nobody else tells for them.
    expect(kindsFor([])).toEqual(["drawn_by_nobody", "reported_by_nobody"]);
  });

  test("and hand out a number twice, or one that somebody else was given, are found", () => {
    expect(kindsFor(drawing([2n, "S-2"], [3n, "S-3"], [2n, "S-2"]))).toEqual(["number_twice"]);
    const other = callOf(0, "k", [0, 5], answers.run(10, 11));
    const facts = {
      series: [seriesAt(12n)],
      ledger: [...reserved([1n, 9n]), ...reserved([10n, 11n])],
      requests: recorded(["k", 10n, 11n]),
      leases: [leaseWith({ holder: "site", last: 9n, open: 9n })],
      accounts: [],
    };
    expect(kindsFor(drawing([10n, "S-10"]), facts, [other])).toEqual([
      "number_twice",
      "drawn_wrong",
    ]);
  });

  test.each([
    ["of no lease", [11n, "S-11"]],
    ["of another lease", [2n, "S-2", "M"]],
    ["with another name", [2n, "S-02"]],
  ] as const)("and hand out a number %s are found", (_, drawn) => {
    expect(kindsFor(drawing(drawn))).toEqual(["drawn_wrong"]);
  });

  test("and hand out what they gave back are found", () => {
    const back = [{ ...whole.leases[0], holder: "site" }].map(leaseWith);
    const { ledger, accounts } = whole;
    expect(kindsFor(drawing([4n, "S-4"]), { leases: back, ledger, accounts })).toEqual([]);
    expect(kindsFor(drawing([5n, "S-5"]), { leases: back, ledger, accounts })).toEqual([
      "used_and_given_back",
    ]);
  });
});

test("a log that a killed process has left in the middle of a line has the others", () => {
  const drawn = { number: "7", name: "S-7", lease: { id: "L" } };
  const cut = drawnLine({ ...drawn, number: "8", name: "S-8" }).slice(0, -2);
  const text = [askedLine(10), drawnLine(drawn), cut, drawnLine({ ...drawn, number: "9" })].join(
    "",
  );
  expect(readLog(text)).toEqual({
    asked: 10n,
    drawn: [
      { number: 7n, name: "S-7", lease: "L" },
      { number: 9n, name: "S-7", lease: "L" },
    ],
  });
});

/** A job that recorded so many lots of lease `L`. */
function jobOf(count: number): Call["outcome"] {
  const item = { product: "p", count, reservation: "s:1", first_name: "-", last_name: "-" };
  const body = JSON.stringify({ id: "job", status: "done", items: [item] });
  return { kind: "answered", status: 201, body, replayed: false };
}
