import type { Part } from "../patterns/pattern.ts";
import { digits, fieldCharacterSet, only, type CharacterSet } from "./character-set.ts";
import { counterRanges, tokenRange, type DigitRange } from "./digit-ranges.ts";
import type { PatternVersion } from "./version.ts";

/** One character of a name: one of `set`, rendered by the part with that index. */
export type Move = {
  readonly set: CharacterSet;
  readonly part: number;
  /** How many digits the part renders after it; 0 for text and fields. */
  readonly after: number;
  readonly to: number;
};

/**
 * What the names of a pattern look like: each is a way from `start` to a state that ends. Exact but
 * for what no small automaton can tell: it takes a field of any length, and neither compares a field
 * with its second use nor one date token with another.
 *
 * No way comes back to a state it has left; only a field stays in its own. There are some 3 states
 * for each digit of a date, 60 at most for the counter, and one for every other character or field.
 */
export type Automaton = {
  readonly moves: readonly (readonly Move[])[];
  readonly ends: readonly boolean[];
  readonly start: number;
};

/** An automaton that is built from its end. */
type Builder = { readonly moves: (readonly Move[])[]; readonly ends: boolean[] };

/** A part on the way to the state `next`. */
type Placed = { readonly part: number; readonly next: number };

export function automatonOf(version: PatternVersion): Automaton {
  const builder: Builder = { moves: [], ends: [] };
  const end = addState(builder, [], true);
  const start = version.pattern.parts.reduceRight(
    (next, part, index) => addPart(builder, part, version, { part: index, next }),
    end,
  );
  return { ...builder, start };
}

function addState({ moves, ends }: Builder, leaving: readonly Move[], isEnd = false): number {
  ends.push(isEnd);
  return moves.push(leaving) - 1;
}

/** Adds the states of a part and gives the one it begins in. */
function addPart(
  builder: Builder,
  part: Part,
  { first, last }: PatternVersion,
  placed: Placed,
): number {
  switch (part.kind) {
    case "text":
      return addText(builder, part.text, placed);
    case "date":
      return addDigits(builder, [tokenRange(part.token)], placed);
    case "field":
      return addField(builder, placed);
    case "counter":
      return addDigits(builder, counterRanges(part.width, first, last), placed);
  }
}

function addText(builder: Builder, text: string, { part, next }: Placed): number {
  return Array.from(text).reduceRight(
    (to, character) => addState(builder, [{ set: only(character), part, after: 0, to }]),
    next,
  );
}

function addField(builder: Builder, { part, next }: Placed): number {
  const inside = builder.moves.length;
  const stay = { set: fieldCharacterSet, part, after: 0, to: inside };
  addState(builder, [...(builder.moves[next] ?? []), stay], builder.ends[next]);
  return addState(builder, [stay]);
}

function addDigits(
  builder: Builder,
  ranges: readonly DigitRange[],
  { part, next }: Placed,
): number {
  /** By how many digits are left, the state from which any of them may follow. */
  const free: number[] = [next];
  const freeState = (remaining: number): number => {
    for (let count = free.length; count <= remaining; count += 1) {
      const to = free[count - 1] ?? next;
      free.push(addState(builder, [{ set: digits, part, after: count - 1, to }]));
    }
    return free[remaining] ?? next;
  };

  /** The moves at a digit, when those before equal the beginning of `low`, of `high` or of both. */
  const leaving = (
    { low, high }: DigitRange,
    at: number,
    isLow: boolean,
    isHigh: boolean,
  ): readonly Move[] => {
    const least = isLow ? Number(low[at]) : 0;
    const most = isHigh ? Number(high[at]) : 9;
    const after = low.length - at - 1;
    const stateAfter = (digit: number): number => {
      const staysLow = isLow && digit === least && /[1-9]/.test(low.slice(at + 1));
      const staysHigh = isHigh && digit === most && /[0-8]/.test(high.slice(at + 1));
      if (!staysLow && !staysHigh) return freeState(after);
      return addState(builder, leaving({ low, high }, at + 1, staysLow, staysHigh));
    };
    const sets = new Map<number, CharacterSet>();
    for (let digit = least; digit <= most; digit += 1) {
      const to = stateAfter(digit);
      sets.set(to, (sets.get(to) ?? 0) | only(String(digit)));
    }
    return [...sets].map(([to, set]) => ({ set, part, after, to }));
  };

  return addState(
    builder,
    ranges.flatMap((range) => leaving(range, 0, true, true)),
  );
}
