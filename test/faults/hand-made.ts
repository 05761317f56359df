import type { LeaseAnswer } from "./check/answers.ts";
import { check } from "./check/check.ts";
import type { Exposure } from "./check/check.ts";
import { fates } from "./check/final-state.ts";
import type {
  AccountState,
  Fate,
  FinalState,
  ItemState,
  SeriesState,
} from "./check/final-state.ts";
import type { Call, Outcome } from "./check/history.ts";
import type { Violation } from "./check/violation.ts";
import type { Wanted } from "./check/wanted.ts";

/** A run to which nothing happened. */
export const calm: Exposure = { crashes: 0, disturbed: false };

/** What is found, by kind, with the calls that it names. */
export function found(
  history: Call[],
  state: Partial<FinalState>,
  exposure: Exposure = calm,
): object[] {
  return check(history, stateWith(state), exposure).map(({ kind, calls }) => ({ kind, calls }));
}

export function kindsOf(violations: readonly Violation[]): string[] {
  return violations.map(({ kind }) => kind);
}

/** The series of the hand-made histories: `s` counts in its row, `h` with a Postgres sequence. */
const series: SeriesState = {
  sequence: "s",
  period: "",
  start: 1n,
  step: 1n,
  next: 1n,
  mode: "standard",
  promoted: false,
};

/** A series that has numbers up to `next - 1` behind it. */
export function seriesAt(next: bigint, facts: Partial<SeriesState> = {}): SeriesState {
  return { ...series, next, ...facts };
}

/** A database with nothing in it but what is given. */
export function stateWith(facts: Partial<FinalState>): FinalState {
  return {
    series: [],
    ledger: [],
    jobs: [],
    requests: [],
    receipts: [],
    counts: [],
    imports: [],
    changes: [],
    brokenHistories: [],
    named: [],
    lots: 0,
    leases: [],
    accounts: [],
    sequences: [],
    products: [{ sku: "p", sequence: "s", tracking: "serial" }],
    ...facts,
  };
}

/**
 * The account of series `s` with such runs, `[state, first, last]`, and their sums. Those of a lease name it, and
 * the first number of its run.
 */
export function accountOf(
  ...runs: readonly (readonly [
    state: Fate,
    first: bigint,
    last: bigint,
    lease?: readonly [id: string, first: bigint],
  ])[]
): AccountState {
  const sum = (...states: readonly Fate[]): bigint =>
    runs
      .filter(([state]) => states.includes(state))
      .reduce((all, [, first, last]) => all + last - first + 1n, 0n);
  return {
    sequence: "s",
    sums: {
      passed: sum(...fates),
      reserved: sum("taken", "open", "on_lease", "unreported", "given_back", "voided"),
      taken: sum("taken"),
      open: sum("open"),
      on_lease: sum("on_lease"),
      unreported: sum("unreported"),
      given_back: sum("given_back"),
      voided: sum("voided"),
      skipped: sum("skipped", "fenced"),
      burned: sum("burned"),
      in_flight: sum("in_flight"),
    },
    runs: runs.map(([state, first, last, lease]) => ({
      period: "",
      state,
      first,
      last,
      step: 1n,
      lease: lease?.[0] ?? null,
      reservation: lease === undefined ? null : `s:${lease[1]}`,
    })),
  };
}

/** Ledger rows of series `s`: `[first, last]`, reserved. */
export function reserved(...runs: readonly (readonly [bigint, bigint])[]): FinalState["ledger"] {
  return runs.map(([first, last]) => {
    return { sequence: "s", period: "", first, last, step: 1n, kind: "reserved", reason: null };
  });
}

/** The requests that drew such runs, under the given keys. */
export function recorded(
  ...runs: readonly (readonly [string, bigint, bigint])[]
): FinalState["requests"] {
  return runs.map(([key, first, last]) => {
    return { key, made: { kind: "run", sequence: "s", period: "", first, last } };
  });
}

/** An item that drew `first` to `last` of series `s` for product `p`, whole unless said otherwise. */
export function itemOf(first: bigint, last: bigint, facts: Partial<ItemState> = {}): ItemState {
  const count = Number(last - first) + 1;
  return {
    product: "p",
    count,
    reservation: `s:${first}`,
    presented: false,
    first,
    last,
    passed: count,
    skipped: 0,
    lots: count,
    lowest: first,
    highest: last,
    misnamed: 0,
    ...facts,
  };
}

/** Answers that a client may get. */
export const answers = {
  lost: { kind: "lost", why: "the connection was closed" },
  run(first: number, last: number, replayed = false): Outcome {
    const run = { first: String(first), last: String(last), step: "1", count: last - first + 1 };
    const names = { first_name: `S-${first}`, last_name: `S-${last}` };
    const body = { id: `s:${first}`, sequence: "s", series: null, ...run, ...names };
    return { kind: "answered", status: 201, body: JSON.stringify(body), replayed };
  },
  /** Names of a naming series. */
  series(text: string, first: number, names: readonly string[]): Outcome {
    const last = first + names.length - 1;
    const run = { first: String(first), last: String(last), count: names.length };
    const body = { series: text, reservation: `naming-series:${text}:${first}`, ...run, names };
    return { kind: "answered", status: 201, body: JSON.stringify(body), replayed: false };
  },
  job(first: number, last: number, replayed = false): Outcome {
    const item = { product: "p", count: last - first + 1, reservation: `s:${first}` };
    const names = { first_name: `S-${first}`, last_name: `S-${last}` };
    const body = { id: "job", status: "done", items: [{ ...item, ...names }] };
    return { kind: "answered", status: 201, body: JSON.stringify(body), replayed };
  },
  names(count: number): Outcome {
    const item = { product: "p", count, reservation: null, first_name: "A", last_name: "B" };
    const body = JSON.stringify({ id: "job", status: "done", items: [item] });
    return { kind: "answered", status: 201, body, replayed: false };
  },
  receipt(status: string): Outcome {
    const first = {
      product: "p",
      count: 2,
      reservation: "s:1",
      first_name: "S-1",
      last_name: "S-2",
    };
    const second = { product: "n", count: 1, reservation: null, first_name: "A", last_name: "A" };
    const job = { id: "job", status: "done", items: [first, second] };
    return answered(201, { id: "receipt", reference: "DN", status, job });
  },
  /** A count, once it is applied with the run that it drew. */
  count(status: string, run?: readonly [number, number], id = "job"): Outcome {
    const [first, last] = run ?? [0, 0];
    const names = { first_name: `S-${first}`, last_name: `S-${last}` };
    const item = { product: "p", count: last - first + 1, reservation: `s:${first}`, ...names };
    const job = run === undefined ? null : { id, status: "done", items: [item] };
    return answered(201, { id: "count", reference: "CT", status, job });
  },
  changed(changed: number): Outcome {
    return answered(200, { product: "p", changed, unchanged: 0 });
  },
  lot: {
    kind: "answered",
    status: 200,
    replayed: false,
    body: '{"product":"p","name":"A","location":"here"}',
  },
  /** Of lease `L`, which is 1 to 10 of series `s`: what it is granted with, or how it stands. */
  lease(facts: Partial<LeaseAnswer> & { ttl_s?: number; token?: string } = {}): Outcome {
    const run = { first: "1", last: "10", step: "1", count: 10 };
    const form = { prefix: "S-", width: 1, suffix: "", first_name: "S-1", last_name: "S-10" };
    const told = { used: 0, late: 0, given_back: 0, open: 10 };
    const whose = { id: "L", sequence: "s", series: null, reservation: "s:1", holder: "till" };
    return answered(201, { ...whose, ...run, ...form, ...told, expires_at: "soon", ...facts });
  },
  moved(from: number, to: number, reason: string): Outcome {
    return answered(201, { sequence: "s", from: String(from), to: String(to), reason });
  },
  imported: {
    kind: "answered",
    status: 201,
    replayed: false,
    body: '{"id":"job","status":"done"}',
  },
  voided(first: number, last: number): Outcome {
    const body = { reservation: "s:1", voided: [{ first: String(first), last: String(last) }] };
    return { kind: "answered", status: 201, body: JSON.stringify(body), replayed: false };
  },
  problem(status: number, code: string): Outcome {
    return { kind: "answered", status, body: JSON.stringify({ code }), replayed: false };
  },
} satisfies Record<string, Outcome | ((...facts: never[]) => Outcome)>;

function answered(status: number, body: object): Outcome {
  return { kind: "answered", status, body: JSON.stringify(body), replayed: false };
}

/** A call that lasts from `begun` to `ended`; asks for as many numbers as it was answered by default. */
export function callOf(
  id: number,
  key: string,
  [begun, ended]: readonly [number, number],
  outcome: Outcome,
  wanted?: Wanted,
): Call {
  return { id, client: 0, key, wanted: wanted ?? reserving(outcome), begun, ended, outcome };
}

function reserving(outcome: Outcome): Wanted {
  const told: unknown = outcome.kind === "answered" ? JSON.parse(outcome.body) : {};
  const count =
    typeof told === "object" && told !== null && "count" in told ? Number(told.count) : 1;
  return { kind: "reserve", sequence: "s", count };
}
