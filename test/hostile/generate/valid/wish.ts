import type { Random } from "../../../faults/random.ts";
import type { Holdings } from "../holdings.ts";

/** A request that should succeed, as far as what is known of the tenant tells. */
export interface Wish {
  /** The operation, by its id in the document. */
  readonly operation: string;
  readonly inPath?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly csv?: string;
}

/**
 * Makes a request for an operation; for another one where that is needed first, such as a draft where one
 * is to be applied.
 */
export type Recipe = (held: Holdings, random: Random) => Wish;

/** So often that member, else none. */
export function maybe<T>(random: Random, probability: number, make: () => T): T | undefined {
  return random.chance(probability) ? make() : undefined;
}
