import { maximumNameLength } from "../patterns/pattern.ts";
import {
  emptyBeginning,
  isWhole,
  keyOfBeginning,
  stepsFrom,
  take,
  type Beginning,
  type Sides,
  type Step,
} from "./beginning.ts";
import { charactersLeft } from "./characters-left.ts";
import { datesCanAgree } from "./dates-can-agree.ts";
import { spend, type Effort } from "./effort.ts";
import { fieldAlphabetOf } from "./field-alphabet.ts";
import { likelyName } from "./likely-name.ts";
import { readingOf, type Reading } from "./side.ts";

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

/**
 * The shortest name that both sides give.
 *
 * First the automata alone: most pairs have no way to a common end. If there is one, beginnings of
 * names are tried, those first that can become the shortest name; only here dates have to agree,
 * a field to be the same where it is used again, and lengths to be kept. Beginnings that can only go
 * on alike are tried once.
 *
 * The automata take time by the product of their states. The beginnings take one step for each
 * character of the name when the first try is right, as it nearly always is; related dates or fields
 * used twice, of which the other side settles the later one, can need any number of tries, which
 * `effort` bounds.
 */
export function findExample(sides: Sides, effort: Effort): Search {
  const { one, other } = sides;
  const left = charactersLeft(one.automaton, other.automaton);
  const shortest = left(one.automaton.start, other.automaton.start);
  if (shortest > maximumNameLength) return { outcome: "none" };
  if (!datesCanAgree(sides, left, effort)) return { outcome: "none" };

  const fieldAlphabet = fieldAlphabetOf([...one.parts, ...other.parts]);
  const likely = likelyName(sides, left, fieldAlphabet, effort);
  /** By the length of the shortest name that a step can lead to; the last one is tried first. */
  const steps: Step[][] = Array.from({ length: maximumNameLength + 1 }, () => []);
  const seen = new Set<string>();
  const goOn = (from: Beginning): void => {
    const character = likely.startsWith(from.name) ? likely.charAt(from.name.length) : "";
    const next = stepsFrom(from, sides, fieldAlphabet).toReversed();
    const unlikely = next.filter((step) => step.character !== character);
    for (const step of [...unlikely, ...next.filter((step) => step.character === character)]) {
      const least = from.name.length + 1 + left(step.oneMove.to, step.otherMove.to);
      steps[least]?.push(step);
    }
  };

  goOn(emptyBeginning(sides));
  for (let length = shortest; length <= maximumNameLength; length += 1) {
    // Steps that are added meanwhile lead to no shorter name.
    for (let step = steps[length]?.pop(); step !== undefined; step = steps[length]?.pop()) {
      if (!spend(effort, 1)) return { outcome: "unknown" };
      const beginning = take(step, sides, effort);
      const key = beginning === null ? null : keyOfBeginning(beginning, sides);
      if (beginning === null || key === null || seen.has(key)) continue;
      seen.add(key);
      if (isWhole(beginning, sides)) return found(beginning, sides, effort);
      goOn(beginning);
    }
  }
  return { outcome: effort.left < 0 ? "unknown" : "none" };
}

function found(beginning: Beginning, { one, other }: Sides, effort: Effort): Search {
  const example = {
    name: beginning.name,
    one: readingOf(one, beginning.one, effort),
    other: readingOf(other, beginning.other, effort),
  };
  return { outcome: "found", example };
}
