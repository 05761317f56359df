import { shared } from "./character-set.ts";
import type { Automaton } from "./automaton.ts";

/**
 * How many characters are left at least when two automata read the same name and stand in these
 * states; Infinity when they can never both come to an end.
 */
export type CharactersLeft = (one: number, other: number) => number;

/**
 * The product of two automata, searched through once from its start. A pair of states never comes
 * back once it is left, so that each is looked at once: in all at most states x states x the moves
 * of a pair. Patterns that are alike up to where they differ, as most are, meet in a few dozen pairs.
 */
export function charactersLeft(one: Automaton, other: Automaton): CharactersLeft {
  const unknown = -1;
  const never = 0x7fff;
  const left = new Int16Array(one.moves.length * other.moves.length).fill(unknown);
  const leftAt = (state: number, otherState: number): number => {
    const pair = state * other.moves.length + otherState;
    const known = left[pair] ?? never;
    if (known !== unknown) return known;
    let least = one.ends[state] === true && other.ends[otherState] === true ? 0 : never;
    for (const move of one.moves[state] ?? []) {
      for (const otherMove of other.moves[otherState] ?? []) {
        const stays = move.to === state && otherMove.to === otherState;
        if (stays || shared(move.set, otherMove.set) === 0) continue;
        least = Math.min(least, leftAt(move.to, otherMove.to) + 1);
      }
    }
    // One more than never is still never.
    left[pair] = Math.min(least, never);
    return Math.min(least, never);
  };
  leftAt(one.start, other.start);
  return (state, otherState) => {
    const known = leftAt(state, otherState);
    return known === never ? Infinity : known;
  };
}
