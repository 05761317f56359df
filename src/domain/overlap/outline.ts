import { maximumFieldLength, maximumNameLength, type Part } from "../patterns/pattern.ts";
import { fieldCharacters } from "../patterns/rules.ts";
import { dateTokenWidth } from "../patterns/tokens.ts";
import { digits, fieldCharacterSet, only, shared, type CharacterSet } from "./character-set.ts";
import type { PatternVersion } from "./version.ts";

/** What all names of a pattern have in common, as far as it is told quickly. */
export type Outline = {
  readonly shortest: number;
  readonly longest: number;
  /** What is no field character, with `\n` for each stretch of field characters between. */
  readonly separators: string;
  /** The first characters, up to where a part of unknown length goes on. */
  readonly head: readonly CharacterSet[];
  /** The last characters in the same way, going back from the end. */
  readonly tail: readonly CharacterSet[];
};

/** What a part renders: the characters it has at least, and how many it has at most. */
type Rendering = { readonly sets: readonly CharacterSet[]; readonly longest: number };

export function outlineOf(version: PatternVersion): Outline {
  const renderings = version.pattern.parts.map((part) => renderingOf(part, version));
  const longest = renderings.reduce((sum, rendering) => sum + rendering.longest, 0);
  return {
    shortest: renderings.reduce((sum, { sets }) => sum + sets.length, 0),
    longest: Math.min(longest, maximumNameLength),
    separators: version.pattern.parts.map(separatorsOf).join("").replaceAll(/\n+/g, "\n"),
    head: untilUnknown(renderings),
    tail: untilUnknown(
      renderings.toReversed().map(({ sets, longest }) => ({ sets: sets.toReversed(), longest })),
    ),
  };
}

/**
 * False only when no name can be given by both: their lengths, separators, beginnings or ends
 * differ. Every name of a pattern has its outline, so a name of both would have both.
 */
export function canMeet(one: Outline, other: Outline): boolean {
  return (
    one.shortest <= other.longest &&
    other.shortest <= one.longest &&
    one.separators === other.separators &&
    fit(one.head, other.head) &&
    fit(one.tail, other.tail)
  );
}

function renderingOf(part: Part, { first, last }: PatternVersion): Rendering {
  switch (part.kind) {
    case "text":
      return { sets: Array.from(part.text, only), longest: part.text.length };
    case "date":
      return ofDigits(dateTokenWidth(part.token));
    case "field":
      return { sets: [fieldCharacterSet], longest: maximumFieldLength };
    case "counter": {
      const longest = Math.max(part.width, last.toString().length);
      return ofDigits(Math.max(part.width, first.toString().length), longest);
    }
  }
}

function ofDigits(shortest: number, longest = shortest): Rendering {
  return { sets: Array.from({ length: shortest }, () => digits), longest };
}

function separatorsOf(part: Part): string {
  if (part.kind !== "text") return "\n";
  return Array.from(part.text, (character) =>
    fieldCharacters.test(character) ? "\n" : character,
  ).join("");
}

function untilUnknown(renderings: readonly Rendering[]): readonly CharacterSet[] {
  const unknown = renderings.findIndex(({ sets, longest }) => sets.length < longest);
  const whole = unknown === -1 ? renderings : renderings.slice(0, unknown + 1);
  return whole.flatMap(({ sets }) => sets);
}

function fit(one: readonly CharacterSet[], other: readonly CharacterSet[]): boolean {
  return one.every((set, at) => {
    const against = other[at];
    return against === undefined || shared(set, against) !== 0;
  });
}
