import type { FinalState } from "../final-state.ts";
import { nameOf, prefixIn, renderSeries } from "../naming.ts";
import type { Operation } from "../operations.ts";
import { readReservation } from "../runs.ts";
import type { Violation } from "../violation.ts";

/**
 * A naming series gives the names of its run, one after another and each as its pattern renders it, in the
 * series that the text before its counter names; so does a sequence that counts in the same series. A lease
 * comes with the form of its names, which is that of its sequence's pattern in the period that it is of.
 */
export function namesRendered(operations: readonly Operation[], state: FinalState): Violation[] {
  const patterns = new Map(
    state.sequences
      .filter(({ dialect }) => dialect === "frappe")
      .map(({ key, pattern }) => [key, pattern]),
  );
  const rendered = operations.flatMap((operation): Violation[] => {
    const told = namesTold(operation);
    const expected = namesExpected(operation, patterns);
    if (told === undefined || expected === undefined) return [];
    const place = expected.findIndex((name, at) => told[at] !== name);
    if (place === -1 && told.length === expected.length) return [];
    const calls = operation.acknowledged.map(({ id }) => id);
    const facts = {
      place,
      expected: expected[place] ?? expected.length,
      told: told[place] ?? told.length,
    };
    return [{ kind: "names_wrong", calls, facts }];
  });
  return [...rendered, ...operations.flatMap((operation) => wrongForm(operation, state))];
}

function wrongForm({ wanted, told, acknowledged }: Operation, state: FinalState): Violation[] {
  if (wanted.kind !== "lease" || told?.kind !== "lease") return [];
  const { answer: form } = told;
  const sequence = state.sequences.find(({ key }) => key === wanted.sequence);
  const [counter = "", period = ""] = readReservation(form.reservation)?.series.split(":") ?? [];
  const prefix =
    sequence === undefined || sequence.dialect === "frappe"
      ? counter === "naming-series"
        ? period
        : form.prefix
      : prefixIn(sequence.pattern, period);
  const first = nameOf({ ...form, prefix }, BigInt(form.first));
  const last = nameOf({ ...form, prefix }, BigInt(form.last));
  if (form.prefix === prefix && form.first_name === first && form.last_name === last) return [];
  const calls = acknowledged.map(({ id }) => id);
  const facts = { prefix: form.prefix, expected: first, told: form.first_name };
  return [{ kind: "names_wrong", calls, facts }];
}

/** The text of the series, and the names; of a reservation the first and the last. */
function namesTold({ told }: Operation): (string | null)[] | undefined {
  if (told?.kind === "names") return [told.answer.series, ...told.answer.names];
  if (told?.kind !== "reserve") return undefined;
  return [told.answer.series, told.answer.first_name, told.answer.last_name];
}

function namesExpected(
  { wanted, told }: Operation,
  patterns: ReadonlyMap<string, string>,
): string[] | undefined {
  if (wanted.kind === "names" && told?.kind === "names") {
    const series = renderSeries(wanted.series, wanted.at ?? "", wanted.fields);
    const first = BigInt(told.answer.first);
    return [
      series.prefix,
      ...Array.from({ length: wanted.count }, (_, nth) => nameOf(series, first + BigInt(nth))),
    ];
  }
  if (wanted.kind !== "reserve" || told?.kind !== "reserve") return undefined;
  const pattern = patterns.get(wanted.sequence);
  if (pattern === undefined) return undefined;
  const series = renderSeries(pattern, wanted.at ?? "", wanted.fields);
  const { first, last } = told.answer;
  return [series.prefix, nameOf(series, BigInt(first)), nameOf(series, BigInt(last))];
}
