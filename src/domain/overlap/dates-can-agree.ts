import { dateTokenWidth } from "../patterns/tokens.ts";
import type { Move } from "./automaton.ts";
import type { Sides } from "./beginning.ts";
import { digits, shared, type CharacterSet } from "./character-set.ts";
import type { CharactersLeft } from "./characters-left.ts";
import type { Effort } from "./effort.ts";
import type { Shown } from "./moments-showing.ts";
import type { Side } from "./side.ts";

/** By part, the digits that are possible at each place of a date. */
type PossibleDigits = ReadonlyMap<number, CharacterSet[]>;

/**
 * False only when the dates of a side agree in no name of both: when no moment shows digits that the
 * other side leaves possible, as with `{YYYY}{MM}{DD}` on a text that ends in `0230`. Then every
 * single year need not be tried.
 */
export function datesCanAgree(
  { one, other }: Sides,
  left: CharactersLeft,
  effort: Effort,
): boolean {
  const [ofOne, ofOther] = [one, other].map(noDigits);
  if (ofOne === undefined || ofOther === undefined || ofOne.size + ofOther.size === 0) return true;
  const seen = new Set<number>();
  const visit = (state: number, otherState: number): void => {
    const pair = state * other.automaton.moves.length + otherState;
    if (seen.has(pair)) return;
    seen.add(pair);
    for (const move of one.automaton.moves[state] ?? []) {
      for (const otherMove of other.automaton.moves[otherState] ?? []) {
        const set = shared(move.set, otherMove.set) & digits;
        const goesOn = left(move.to, otherMove.to) !== Infinity;
        if (!goesOn || shared(move.set, otherMove.set) === 0) continue;
        add(ofOne, move, set);
        add(ofOther, otherMove, set);
        visit(move.to, otherMove.to);
      }
    }
  };
  visit(one.automaton.start, other.automaton.start);
  return canAgree(one, ofOne, effort) && canAgree(other, ofOther, effort);
}

function noDigits({ parts }: Side): PossibleDigits {
  return new Map(
    parts.flatMap((part, index) =>
      part.kind === "date"
        ? [[index, Array.from({ length: dateTokenWidth(part.token) }, () => 0)] as const]
        : [],
    ),
  );
}

function add(possible: PossibleDigits, { part, after }: Move, set: CharacterSet): void {
  const sets = possible.get(part);
  if (sets === undefined) return;
  const at = sets.length - 1 - after;
  sets[at] = (sets[at] ?? 0) | set;
}

function canAgree(side: Side, possible: PossibleDigits, effort: Effort): boolean {
  const shown = side.parts.flatMap((part, index): Shown[] => {
    const sets = possible.get(index);
    return part.kind === "date" && sets !== undefined ? [{ date: part, sets }] : [];
  });
  return shown.length === 0 || side.findMoments(shown, effort) !== null;
}
