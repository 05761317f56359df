import { renderDateToken } from "../patterns/tokens.ts";
import type { Move } from "./automaton.ts";
import type { Sides } from "./beginning.ts";
import { charactersOf, digits, only, shared, type CharacterSet } from "./character-set.ts";
import type { CharactersLeft } from "./characters-left.ts";
import type { Effort } from "./effort.ts";
import type { Shown } from "./moments-showing.ts";
import type { Side } from "./side.ts";

/** A character of a name, as either side renders it. */
type Place = { readonly oneMove: Move; readonly otherMove: Move };

/**
 * A name to try first: the first shortest one of the automata, with dates in it that agree, if there
 * are such. Nothing depends on it but how soon an example is found and how natural it looks.
 */
export function likelyName(
  sides: Sides,
  left: CharactersLeft,
  fieldAlphabet: readonly string[],
  effort: Effort,
): string {
  const { one, other } = sides;
  const places = shortestWay(sides, left);
  const oneMoves = places.map(({ oneMove }) => oneMove);
  const otherMoves = places.map(({ otherMove }) => otherMove);
  // A date takes the digits of text that is there; two dates show what the first of them decides.
  const ofOne = datesWithin(
    one,
    oneMoves,
    otherMoves.map((move) => digitsOfText(other, move)),
    effort,
  );
  const taken = oneMoves.map((move, at) => {
    const digit = ofOne[at];
    return digit === undefined ? digitsOfText(one, move) : only(digit);
  });
  const ofOther = datesWithin(other, otherMoves, taken, effort);
  return places
    .map(({ oneMove, otherMove }, at) => {
      const [any = ""] = charactersOf(shared(oneMove.set, otherMove.set), fieldAlphabet);
      return ofOne[at] ?? ofOther[at] ?? any;
    })
    .join("");
}

function shortestWay({ one, other }: Sides, left: CharactersLeft): readonly Place[] {
  const places: Place[] = [];
  let [state, otherState] = [one.automaton.start, other.automaton.start];
  for (let remaining = left(state, otherState); remaining > 0; remaining -= 1) {
    const next = (one.automaton.moves[state] ?? [])
      .flatMap((oneMove) =>
        (other.automaton.moves[otherState] ?? []).map((otherMove) => ({ oneMove, otherMove })),
      )
      .find(
        ({ oneMove, otherMove }) =>
          shared(oneMove.set, otherMove.set) !== 0 &&
          left(oneMove.to, otherMove.to) === remaining - 1,
      );
    if (next === undefined) break;
    places.push(next);
    [state, otherState] = [next.oneMove.to, next.otherMove.to];
  }
  return places;
}

/** The digits of a side's dates, by their places, that one moment shows within the sets. */
function datesWithin(
  side: Side,
  moves: readonly Move[],
  sets: readonly CharacterSet[],
  effort: Effort,
): readonly (string | undefined)[] {
  const shown = side.parts.flatMap((part, index): Shown[] => {
    if (part.kind !== "date") return [];
    return [{ date: part, sets: sets.filter((_, at) => moves[at]?.part === index) }];
  });
  const moments = shown.length === 0 ? null : side.findMoments(shown, effort);
  if (moments == null) return [];
  const texts = side.parts.map((part) =>
    part.kind === "date"
      ? Array.from(renderDateToken(part.token, moments[part.of ?? "document"]))
      : [],
  );
  return moves.map(({ part }) => texts[part]?.shift());
}

function digitsOfText({ parts }: Side, { part, set }: Move): CharacterSet {
  return parts[part]?.kind === "text" ? set & digits : digits;
}
