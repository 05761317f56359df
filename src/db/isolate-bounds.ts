import type { TurnBounds } from "./turns.ts";

/**
 * What an isolate asks at a time. It has to leave room for bodies in 128 MB, and a database on two cores is
 * no faster with more. One tenant's flood leaves a fifth of it to the others.
 */
export const isolateBounds: TurnBounds = {
  underWay: 40,
  underWayOfOne: 32,
  waitingOfOne: 200,
  waiting: 800,
};

/** How long a statement waits for its turn, in milliseconds. */
export const longestWait = 10_000;
