import type { Operation } from "../document/document.ts";
import type { Slow, Tally } from "./tally.ts";

/** Requests from which on every operation has to succeed at least once: a shorter run may not come to that. */
const everyOperation = 20_000;

/** What makes a run a failed one, in sentences; a long run that saw only refusals proves nothing. */
export function verdictOf(tally: Tally, operations: readonly Operation[]): string[] {
  const wrong = [...tally.findings.values()].map(
    ({ rule, where, detail, times }) =>
      `${rule}: ${where}: ${detail.slice(0, 300)} (${times} times)`,
  );
  const accounted = tally.violations.map((violation) =>
    JSON.stringify(violation, (_, held: unknown) =>
      typeof held === "bigint" ? String(held) : held,
    ),
  );
  const unseen = (tally.requests < everyOperation ? [] : operations)
    .filter(
      ({ id }) =>
        ![...(tally.statuses.get(id)?.keys() ?? [])].some((status) => status.startsWith("2")),
    )
    .map(
      ({ id, method, template }) => `${id} (${method} ${template}) was never answered with 2xx.`,
    );
  return [...wrong, ...accounted, ...unseen];
}

/** What a run came to, as lines to print. */
export function summaryOf(tally: Tally): string[] {
  return [
    `requests  ${tally.requests}`,
    ...[...tally.kinds].map(([kind, counts]) => `  ${kind}: ${share(counts)}`),
    "by operation, valid ones and all by status",
    ...[...tally.statuses]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, statuses]) => {
        const counts = [...statuses].toSorted(([a], [b]) => (a < b ? -1 : 1));
        const valid = tally.valid.get(id);
        const all = counts.map(([status, times]) => `${status}: ${times}`).join(", ");
        return `  ${id}: ${valid === undefined ? "none" : share(valid)}; ${all}`;
      }),
    "refused though valid",
    ...[...tally.refusals]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 25)
      .map(([label, times]) => `  ${label}: ${times}`),
    "the slowest",
    ...tally.slowest.map(line),
    "the slowest for their size",
    ...tally.slowestBySize.map(line),
    `findings  ${tally.findings.size + tally.violations.length}`,
  ];
}

function line({ ms, bytes, what }: Slow): string {
  return `  ${Math.round(ms)} ms, ${bytes} bytes: ${what}`;
}

function share({ sent, succeeded }: { readonly sent: number; readonly succeeded: number }): string {
  return `${succeeded} of ${sent} succeeded`;
}
