import type { FinalState } from "../final-state.ts";
import { nameOf, renderSeries } from "../naming.ts";
import type { Operation } from "../operations.ts";
import type { Violation } from "../violation.ts";

/**
 * A naming series gives the names of its run, one after another and each as its pattern renders it, in the
 * series that the text before its counter names; so does a sequence that counts in the same series.
 */
export function namesRendered(operations: readonly Operation[], state: FinalState): Violation[] {
  const patterns = new Map(
    state.sequences
      .filter(({ dialect }) => dialect === "frappe")
      .map(({ key, pattern }) => [key, pattern]),
  );
  return operations.flatMap((operation): Violation[] => {
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
