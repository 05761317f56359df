import type { Drawing } from "../drawing.ts";
import type { FinalState, SeriesState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import { bySeries, cover, gaps, seriesName } from "../runs.ts";
import type { Stretch } from "../runs.ts";
import type { Violation } from "../violation.ts";
import { used } from "./numbers-once.ts";

/** What a run was exposed to, which bounds what may have burned. */
export interface Exposure {
  /** How often Postgres was killed. */
  readonly crashes: number;
  /** False: nothing was disturbed, so that no draw can have failed after its counter moved. */
  readonly disturbed: boolean;
}

/** Numbers that a Postgres sequence may jump by in a crash. */
const jumpOfCrash = 32n;
/** How often the Worker itself sends a statement whose outcome it does not know. */
const triesOfWorker = 4n;

/** What the account of a sequence lists as burned, but what was on lease. */
function burnedByFailures({ accounts }: FinalState, sequence: string): bigint {
  const account = accounts.find((one) => one.sequence === sequence);
  if (account === undefined) return 0n;
  return account.runs
    .filter(({ state, lease }) => state === "burned" && lease !== null)
    .reduce(
      (rest, { first, last, step }) => rest - ((last - first) / step + 1n),
      account.sums.burned,
    );
}

/**
 * Every number that a counter has passed has an entry in the ledger. Only a counter that is a Postgres
 * sequence may have burned some: its account lists them, and there are no more than what was asked for and
 * not answered at once, and 32 for each crash.
 */
export function everyNumberAccounted(
  operations: readonly Operation[],
  state: FinalState,
  exposure: Exposure,
  drawings: readonly Drawing[],
): Violation[] {
  const entries = state.ledger.filter(({ kind }) => used.has(kind));
  const ledger = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  const missing = new Map<string, bigint>();
  const counters = new Map<string, bigint>();
  const violations: Violation[] = [];
  for (const series of state.series) {
    const name = seriesName(series.sequence, series.period);
    const stretches = cover(ledger.get(name) ?? []);
    violations.push(...beyond(series, name, stretches));
    const left = gaps(stretches, series.start, series.next);
    if (series.promoted) {
      counters.set(series.sequence, (counters.get(series.sequence) ?? 0n) + 1n);
      const numbers = left.reduce((sum, { from, to }) => sum + (to - from) / series.step, 0n);
      missing.set(series.sequence, (missing.get(series.sequence) ?? 0n) + numbers);
    } else {
      const kind = series.mode === "gapless" ? "hole" : "unexplained";
      violations.push(
        ...left.map(({ from, to }): Violation => {
          return { kind, series: name, first: from, last: to - series.step, calls: [] };
        }),
      );
    }
  }
  const asked = askedOf(operations, state, drawings);
  for (const [sequence, numbers] of missing) {
    const listed = burnedByFailures(state, sequence);
    if (listed !== numbers) {
      const facts = { missing: numbers, listed };
      violations.push({ kind: "burned_unlisted", series: sequence, calls: [], facts });
    }
    const jumps = BigInt(exposure.crashes) * jumpOfCrash * (counters.get(sequence) ?? 0n);
    const limit = exposure.disturbed ? jumps + (asked.get(sequence) ?? 0n) : 0n;
    if (numbers > limit) {
      const facts = { burned: numbers, limit };
      violations.push({ kind: "burned_too_many", series: sequence, calls: [], facts });
    }
  }
  return violations;
}

function beyond(series: SeriesState, name: string, stretches: readonly Stretch[]): Violation[] {
  const end = stretches.at(-1)?.to ?? series.start;
  if (end <= series.next) return [];
  const facts = { next: series.next };
  return [
    { kind: "beyond_counter", series: name, first: series.next, last: end, calls: [], facts },
  ];
}

/** How many numbers of each sequence all tries but the successful ones may have drawn. */
function askedOf(
  operations: readonly Operation[],
  state: FinalState,
  drawings: readonly Drawing[],
): Map<string, bigint> {
  const sequences = new Map(state.products.map(({ sku, sequence }) => [sku, sequence]));
  const counters = new Map(state.sequences.map(({ key, counter }) => [key, counter]));
  const asked = new Map<string, bigint>();
  for (const { sequence, asked: numbers } of drawings) {
    asked.set(sequence, (asked.get(sequence) ?? 0n) + numbers * triesOfWorker);
  }
  for (const { wanted, calls, done } of operations) {
    const tries = BigInt(calls.length) * triesOfWorker - (done === Infinity ? 0n : 1n);
    for (const [sequence, count] of drawsOf(wanted, sequences)) {
      const counter = counters.get(sequence) ?? sequence;
      asked.set(counter, (asked.get(counter) ?? 0n) + tries * BigInt(count));
    }
  }
  return asked;
}

function drawsOf(
  wanted: Operation["wanted"],
  sequences: ReadonlyMap<string, string>,
): [string, number][] {
  const of = (product: string): string => sequences.get(product) ?? "";
  switch (wanted.kind) {
    case "reserve":
    case "lease":
      return [[wanted.sequence, wanted.count]];
    case "names":
      return [["naming-series", wanted.count]];
    case "lots":
      return wanted.items.flatMap((item) =>
        "count" in item && !("reservation" in item) ? [[of(item.product), item.count]] : [],
      );
    case "receipt":
      return wanted.lines.flatMap((line) =>
        "quantity" in line ? [[of(line.product), line.quantity]] : [],
      );
    case "apply":
      return wanted.lines.flatMap((line) =>
        "lot" in line ? [] : [[of(line.product), line.units]],
      );
    case "report":
    case "give back":
    case "renew":
    case "void":
    case "cancel job":
    case "cancel receipt":
    case "change":
    case "patch":
    case "count":
    case "import":
    case "advance":
    case "rewind":
      return [];
  }
}
