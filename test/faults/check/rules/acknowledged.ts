import { jobTold } from "../answers.ts";
import type { FinalState, JobState } from "../final-state.ts";
import type { GivenRun } from "../given-runs.ts";
import type { Operation } from "../operations.ts";
import { bySeries, cover, isWithin, readReservation, seriesName } from "../runs.ts";
import type { Run, Stretch } from "../runs.ts";
import type { Violation } from "../violation.ts";

/** Everything that a caller was told of is in the database: runs, voids, jobs and names. */
export function nothingLost(
  operations: readonly Operation[],
  given: readonly GivenRun[],
  state: FinalState,
): Violation[] {
  const reserved = covered(state, "reserved");
  const voided = covered(state, "void");
  const jobs = new Map(state.jobs.map((job) => [job.id, job]));
  const names = new Set(state.named.map(({ product, name }) => `${product} ${name}`));
  const taken = new Set(
    state.receipts.filter(({ status }) => status === "cancelled").map(({ id }) => id),
  );
  return [
    ...given
      .filter((run) => !isWithin(reserved.get(run.series) ?? [], run))
      .map(({ series, first, last, calls }): Violation => {
        return { kind: "run_not_in_ledger", series, first, last, calls };
      }),
    ...operations.flatMap((operation) => lostVoids(operation, voided)),
    ...operations.flatMap((operation) => lostJobs(operation, jobs)),
    ...operations.flatMap((operation) => wrongNames(operation, names, taken)),
  ];
}

function covered(state: FinalState, kind: string): Map<string, Stretch[]> {
  const entries = state.ledger.filter((entry) => entry.kind === kind);
  const groups = bySeries(entries, ({ sequence, period }) => seriesName(sequence, period));
  return new Map([...groups].map(([series, rows]) => [series, cover(rows)]));
}

function idsOf({ acknowledged }: Operation): number[] {
  return acknowledged.map(({ id }) => id);
}

function lostVoids(operation: Operation, voided: Map<string, Stretch[]>): Violation[] {
  const { told } = operation;
  if (told?.kind !== "void") return [];
  const series = readReservation(told.answer.reservation)?.series ?? "";
  return told.answer.voided
    .map(({ first, last }): Run => ({ first: BigInt(first), last: BigInt(last), step: 1n }))
    .filter((run) => !isWithin(voided.get(series) ?? [], run))
    .map(({ first, last }) => ({
      kind: "void_not_in_ledger",
      series,
      first,
      last,
      calls: idsOf(operation),
    }));
}

/** A job is there, with the items that the caller was told of. */
function lostJobs(operation: Operation, jobs: Map<string, JobState>): Violation[] {
  const job = jobTold(operation.told);
  if (job === undefined) return [];
  const kept = jobs.get(job.id)?.items ?? [];
  const same =
    kept.length === job.items.length &&
    job.items.every(({ product, count, reservation }, place) => {
      const item = kept[place];
      return item?.product === product && item.count === count && item.reservation === reservation;
    });
  if (same) return [];
  return [{ kind: "job_missing", calls: idsOf(operation), facts: { job: job.id } }];
}

/** Names that were made elsewhere are there, but for those of a receipt that was taken back. */
function wrongNames(
  operation: Operation,
  names: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): Violation[] {
  const { wanted, told } = operation;
  const given =
    wanted.kind === "lots" ? wanted.items : wanted.kind === "receipt" ? wanted.lines : [];
  if (told === undefined) return [];
  const isTaken = told.kind === "receipt" && taken.has(told.answer.id);
  return given.flatMap((item) => {
    if (!("names" in item)) return [];
    return item.names
      .filter((name) => names.has(`${item.product} ${name}`) === isTaken)
      .map((name): Violation => {
        const facts = { product: item.product, name };
        return { kind: isTaken ? "name_left" : "lot_missing", calls: idsOf(operation), facts };
      });
  });
}
