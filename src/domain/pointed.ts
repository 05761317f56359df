import type { FailureCode } from "../errors.ts";
import { Failure } from "../errors.ts";

/** A place in the request that a refusal of the store is about. */
export interface Place {
  /** JSON pointer. */
  readonly pointer: string;
  /** Those of the refusal's facts that tell of this place alone; without them all. */
  readonly facts?: Failure["facts"];
}

/** The places of a refusal; none where they cannot be told. */
export type PlacesOf = (refused: Failure) => readonly Place[];

/** How many places an answer lists. */
const listed = 100;

/** Runs a call of the store, whose refusals know facts alone, and adds where in the request they stand. */
export async function pointed<Value>(
  placesOf: PlacesOf,
  attempt: () => Promise<Value>,
): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.pointer !== undefined || error.errors !== undefined) {
      throw error;
    }
    const places = placesOf(error).slice(0, listed);
    if (places.length === 0) throw error;
    const { code, facts, cause, retryAfter } = error;
    const errors = places.map((place) => {
      const { detail } = new Failure(code, place.facts ?? facts);
      return { pointer: place.pointer, detail, code };
    });
    throw new Failure(code, facts, {
      errors,
      cause,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
}

/** The places of refusals that are always about the same member. */
export function alwaysAt(pointers: Partial<Record<FailureCode, string>>): PlacesOf {
  return ({ code }) => {
    const pointer = pointers[code];
    return pointer === undefined ? [] : [{ pointer }];
  };
}
