import type { Move } from "./automaton.ts";
import { charactersOf, shared } from "./character-set.ts";
import type { Effort } from "./effort.ts";
import { isOfOneRun, runKey } from "./one-counter.ts";
import { canEnd, isTied, keyOf, notBegun, readOn, type Progress, type Side } from "./side.ts";

/** The two sides that are searched for a common name. */
export type Sides = {
  readonly one: Side;
  readonly other: Side;
  /**
   * Whether the rendered text before the counter names the series of both, so that a name which both
   * read as one text and one number is given once.
   */
  readonly isOneCounter: boolean;
};

/** The beginning of a name, as both sides have read it. */
export type Beginning = {
  readonly name: string;
  readonly one: Progress;
  readonly other: Progress;
  readonly oneState: number;
  readonly otherState: number;
};

/** One character more, as both sides would read it. */
export type Step = {
  readonly from: Beginning;
  readonly oneMove: Move;
  readonly otherMove: Move;
  readonly character: string;
};

export function emptyBeginning({ one, other }: Sides): Beginning {
  return {
    name: "",
    one: notBegun,
    other: notBegun,
    oneState: one.automaton.start,
    otherState: other.automaton.start,
  };
}

/**
 * All ways to go on from a beginning. Where nothing depends on which character it is, one stands for
 * all that both can have.
 */
export function stepsFrom(
  from: Beginning,
  { one, other }: Sides,
  fieldAlphabet: readonly string[],
): readonly Step[] {
  const steps: Step[] = [];
  for (const oneMove of one.automaton.moves[from.oneState] ?? []) {
    for (const otherMove of other.automaton.moves[from.otherState] ?? []) {
      const set = shared(oneMove.set, otherMove.set);
      if (set === 0) continue;
      const isAlike = !isTied(one, oneMove.part) && !isTied(other, otherMove.part);
      const characters = charactersOf(set, fieldAlphabet);
      for (const character of isAlike ? characters.slice(0, 1) : characters) {
        steps.push({ from, oneMove, otherMove, character });
      }
    }
  }
  return steps;
}

/** The beginning after a step, or null when a side has no such name. */
export function take(
  { from, oneMove, otherMove, character }: Step,
  sides: Sides,
  effort: Effort,
): Beginning | null {
  const { one, other } = sides;
  const readByOne = readOn(one, from.one, oneMove.part, character, effort);
  if (readByOne === null) return null;
  const readByOther = readOn(other, from.other, otherMove.part, character, effort);
  if (readByOther === null) return null;
  if (sides.isOneCounter && isOfOneRun(sides, readByOne, readByOther)) return null;
  return {
    name: from.name + character,
    one: readByOne,
    other: readByOther,
    oneState: oneMove.to,
    otherState: otherMove.to,
  };
}

/** All that the rest of a name depends on: beginnings with the same key go on alike. */
export function keyOfBeginning(beginning: Beginning, sides: Sides): string {
  const { one, other } = sides;
  const { oneState, otherState } = beginning;
  const keys = [keyOf(one, beginning.one), keyOf(other, beginning.other)];
  if (sides.isOneCounter) keys.push(runKey(sides, beginning.one, beginning.other));
  return [oneState, otherState, ...keys].join(" ");
}

/** Whether both sides have read a whole name. */
export function isWhole(beginning: Beginning, { one, other }: Sides): boolean {
  return (
    one.automaton.ends[beginning.oneState] === true &&
    other.automaton.ends[beginning.otherState] === true &&
    canEnd(one, beginning.one) &&
    canEnd(other, beginning.other)
  );
}
