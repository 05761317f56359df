import { maximumNameLength, type Part } from "../patterns/pattern.ts";
import { fieldCharacters } from "../patterns/rules.ts";
import type { Move } from "./automaton.ts";
import { charactersOf, digits, digitsOf, shared } from "./character-set.ts";
import { charactersLeft } from "./characters-left.ts";
import { spend, type Effort } from "./effort.ts";
import { likelyName } from "./likely-name.ts";
import {
  canEnd,
  isTied,
  keyOf,
  notBegun,
  readingOf,
  readOn,
  type Progress,
  type Reading,
  type Side,
} from "./side.ts";

/** A name that two patterns give, and how each comes to it. */
export type Example = { readonly name: string; readonly one: Reading; readonly other: Reading };

/**
 * `none` is certain: there is no such name. `found` is certain as well: both patterns render that
 * name. `unknown`: the effort ran out.
 */
export type Search =
  | { readonly outcome: "none" }
  | { readonly outcome: "found"; readonly example: Example }
  | { readonly outcome: "unknown" };

/** The beginning of a name, read by both sides. */
type Beginning = {
  readonly name: string;
  readonly one: Progress;
  readonly other: Progress;
  readonly oneState: number;
  readonly otherState: number;
};

type Step = {
  readonly from: Beginning;
  readonly oneMove: Move;
  readonly otherMove: Move;
  readonly character: string;
};

/**
 * The shortest name that both sides give.
 *
 * First the automata alone: most pairs have no way to a common end. If they have one, beginnings of
 * names are tried, those first that can become the shortest name, and of these the longest; only
 * here dates have to agree, fields to be the same where they are used twice, and lengths to be kept.
 * Beginnings that can only be continued alike are looked at once. Usually the first try is right and
 * takes as many steps as the name has characters; what can make it more is a date that agrees with
 * nothing or a field used twice, and then `effort` bounds it.
 *
 * Characters that only fields can have are all alike to the two patterns, if neither has them in its
 * text: one stands for all of them.
 */
export function findExample(one: Side, other: Side, effort: Effort): Search {
  const left = charactersLeft(one.automaton, other.automaton);
  if (left(one.automaton.start, other.automaton.start) > maximumNameLength) {
    return { outcome: "none" };
  }
  const fieldAlphabet = alphabetOf([...one.parts, ...other.parts]);
  const likely = likelyName(one, other, left, fieldAlphabet, effort);
  const begun: Beginning = {
    name: "",
    one: notBegun,
    other: notBegun,
    oneState: one.automaton.start,
    otherState: other.automaton.start,
  };
  /** Steps by the length of the shortest name that they can lead to; the last is tried first. */
  const steps: Step[][] = Array.from({ length: maximumNameLength + 1 }, () => []);
  const seen = new Set<string>();

  const goOn = (from: Beginning): void => {
    const next = stepsFrom(from, one, other, fieldAlphabet);
    const character = likely.startsWith(from.name) ? likely.charAt(from.name.length) : "";
    const isLikely = (step: Step): number => Number(step.character === character);
    for (const step of next
      .toSorted((step, later) => isLikely(later) - isLikely(step))
      .toReversed()) {
      const least = from.name.length + 1 + left(step.oneMove.to, step.otherMove.to);
      steps[least]?.push(step);
    }
  };

  goOn(begun);
  for (let length = 0; length <= maximumNameLength; length += 1) {
    // Steps that are added meanwhile lead to no shorter name.
    for (let step = steps[length]?.pop(); step !== undefined; step = steps[length]?.pop()) {
      if (!spend(effort, 1)) return { outcome: "unknown" };
      const beginning = taken(step, one, other, effort);
      if (beginning === null) continue;
      const key = [
        beginning.oneState,
        beginning.otherState,
        keyOf(one, beginning.one),
        keyOf(other, beginning.other),
      ].join(" ");
      if (seen.has(key)) continue;
      seen.add(key);
      if (isWhole(beginning, one, other)) {
        const example = {
          name: beginning.name,
          one: readingOf(one, beginning.one, effort),
          other: readingOf(other, beginning.other, effort),
        };
        return { outcome: "found", example };
      }
      goOn(beginning);
    }
  }
  return effort.left < 0 ? { outcome: "unknown" } : { outcome: "none" };
}

function stepsFrom(
  from: Beginning,
  one: Side,
  other: Side,
  fieldAlphabet: readonly string[],
): readonly Step[] {
  const steps: Step[] = [];
  for (const oneMove of one.automaton.moves[from.oneState] ?? []) {
    for (const otherMove of other.automaton.moves[from.otherState] ?? []) {
      const set = shared(oneMove.set, otherMove.set);
      if (set === 0) continue;
      const isFree = !isTied(one, oneMove.part) && !isTied(other, otherMove.part);
      const characters = charactersOf(set, fieldAlphabet);
      for (const character of isFree ? characters.slice(0, 1) : characters) {
        steps.push({ from, oneMove, otherMove, character });
      }
    }
  }
  return steps;
}

/** Field characters that the patterns can tell apart: one that they have not, the digits, theirs. */
function alphabetOf(parts: readonly Part[]): readonly string[] {
  const theirs = new Set(
    parts
      .flatMap((part) => (part.kind === "text" ? Array.from(part.text) : []))
      .filter(isFieldCharacter),
  );
  const letters = Array.from("XYZABCDEFGHIJKLMNOPQRSTUVWabcdefghijklmnopqrstuvwxyz_");
  const another = letters.filter((letter) => !theirs.has(letter)).slice(0, 1);
  return [...new Set([...another, ...digitsOf(digits), ...theirs])];
}

function isFieldCharacter(character: string): boolean {
  return fieldCharacters.test(character);
}

function taken(
  { from, oneMove, otherMove, character }: Step,
  one: Side,
  other: Side,
  effort: Effort,
): Beginning | null {
  const readByOne = readOn(one, from.one, oneMove.part, character, effort);
  if (readByOne === null) return null;
  const readByOther = readOn(other, from.other, otherMove.part, character, effort);
  if (readByOther === null) return null;
  return {
    name: from.name + character,
    one: readByOne,
    other: readByOther,
    oneState: oneMove.to,
    otherState: otherMove.to,
  };
}

function isWhole(beginning: Beginning, one: Side, other: Side): boolean {
  return (
    one.automaton.ends[beginning.oneState] === true &&
    other.automaton.ends[beginning.otherState] === true &&
    canEnd(one, beginning.one) &&
    canEnd(other, beginning.other)
  );
}
