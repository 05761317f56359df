import { bounds } from "../domain/figures/gathered.ts";
import type { OperationFigures, ServiceFigures } from "../domain/figures/metrics.ts";
import type { Distribution, Family, Sample } from "./metrics-text.ts";

/** The metrics of the service, all named in docs/operating/metrics.md. */
export function serviceMetrics(figures: ServiceFigures): Family[] {
  const { calls, numbers, jobs } = figures;
  const operations = byOperation(calls);
  const ofOperations = (value: (some: readonly OperationFigures[]) => number): Sample[] =>
    [...operations].map(([operation, some]) => ({ labels: { operation }, value: value(some) }));
  return [
    counter(
      "calls",
      "Calls, by what came of them.",
      calls.map(({ operation, status, code, calls: value }) => ({
        labels: { operation, status: String(status), ...(code === "" ? {} : { code }) },
        value,
      })),
    ),
    {
      name: "serialmint_call_duration_seconds",
      type: "histogram",
      unit: "seconds",
      help: "Time until the answers of calls began.",
      distributions: [...operations].map(([operation, some]) => distribution(operation, some)),
    },
    counter(
      "call_items",
      "Numbers and lots that calls asked for, and rows of the pages they were answered.",
      ofOperations((some) => sum(some.map(({ size }) => Number(size)))),
    ),
    counter(
      "database_requests",
      "Requests to the database that calls sent.",
      ofOperations((some) => sum(some.map((figure) => Number(figure.database_requests)))),
    ),
    {
      ...counter(
        "database_wait_seconds",
        "Time that calls spent waiting for the database.",
        ofOperations((some) => sum(some.map((figure) => figure.database_time)) / 1000),
      ),
      unit: "seconds",
    },
    counter("reservations", "Reservations.", one(numbers.reservations)),
    counter("numbers_reserved", "Numbers that were reserved.", one(numbers.reserved)),
    counter("numbers_voided", "Reserved numbers that were voided.", one(numbers.voided)),
    counter(
      "numbers_skipped",
      "Numbers that were passed without being given.",
      one(numbers.skipped),
    ),
    counter("numbers_fenced", "Numbers that were passed after a restore.", one(numbers.fenced)),
    counter("numbers_reopened", "Skipped numbers that rewinds gave back.", one(numbers.reopened)),
    counter("lots_recorded", "Lots that jobs recorded.", one(figures.lots)),
    {
      name: "serialmint_jobs",
      type: "gauge",
      help: "Jobs that are not over, or failed.",
      samples: Object.entries(jobs).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: "serialmint_oldest_job_age_seconds",
      type: "gauge",
      unit: "seconds",
      help: "Age of the oldest job that is not over, 0 without one.",
      samples: one(figures.oldest_job_s),
    },
    {
      name: "serialmint_figures_age_seconds",
      type: "gauge",
      unit: "seconds",
      help: "How long ago it is up to when numbers and lots are counted.",
      samples: one(figures.figures_age_s),
    },
    {
      name: "serialmint_tenants",
      type: "gauge",
      help: "Tenants, those for tests among them.",
      samples: one(figures.tenants),
    },
    {
      name: "serialmint_database_size_bytes",
      type: "gauge",
      unit: "bytes",
      help: "Size of the database.",
      samples: one(figures.database_bytes),
    },
  ];
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `serialmint_${name}`, type: "counter", help, samples };
}

function one(value: number | string): Sample[] {
  return [{ value }];
}

function byOperation(calls: readonly OperationFigures[]): Map<string, OperationFigures[]> {
  const operations = new Map<string, OperationFigures[]>();
  for (const figure of calls) {
    const some = operations.get(figure.operation);
    if (some === undefined) operations.set(figure.operation, [figure]);
    else some.push(figure);
  }
  return operations;
}

function distribution(operation: string, some: readonly OperationFigures[]): Distribution {
  return {
    labels: { operation },
    bounds: bounds.map((ms) => ms / 1000),
    counts: Array.from({ length: bounds.length + 1 }, (_, place) =>
      sum(some.map(({ histogram }) => histogram[place] ?? 0)),
    ),
    sum: sum(some.map(({ time }) => time)) / 1000,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
