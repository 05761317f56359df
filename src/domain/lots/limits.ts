import { fail } from "../../errors.ts";
import type { LotItem, LotRequest } from "./item.ts";

/** The bounds of one request. */
export const lotLimits = {
  items: 1000,
  /** Lots in all. */
  lots: 10_000_000,
  /** Names given one by one or continued from a first one, in all. */
  names: 100_000,
  /** Sequences that numbers are drawn from. */
  sequences: 256,
  /** How far beyond a counter a name may lie without `allow_jump`. */
  jump: 100_000,
} as const;

/** Units that are recorded by the statement that draws; more go in chunks of their own. */
export const recordedAtOnce = 500;

/** Fails: too_many_lots, too_many_names. */
export function refuseTooManyLots(items: readonly LotItem[]): void {
  const total = items.reduce((sum, item) => sum + countOf(item), 0);
  if (total > lotLimits.lots) fail("too_many_lots", { limit: lotLimits.lots, requested: total });
  const names = items
    .filter((item) => "names" in item || (!("reservation" in item) && "first_name" in item))
    .reduce((sum, item) => sum + countOf(item), 0);
  if (names > lotLimits.names) fail("too_many_names", { limit: lotLimits.names, requested: names });
}

/** A reservation without a count is counted when it is taken. */
function countOf(item: LotItem): number {
  return "names" in item ? item.names.length : (item.count ?? 0);
}

/** Fails: too_many_sequences. */
export function refuseTooManySequences(requests: readonly LotRequest[]): void {
  const sequences = new Set(
    requests.map((request) => request.sequence).filter((key) => key !== null),
  );
  if (sequences.size > lotLimits.sequences) {
    fail("too_many_sequences", { limit: lotLimits.sequences, requested: sequences.size });
  }
}
