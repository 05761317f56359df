import type { Part, Pattern } from "../patterns/pattern.ts";
import { fieldCharacters } from "../patterns/rules.ts";

/** The parts between two separators that are not text, each with its index in the pattern. */
type Stretch = readonly { readonly part: Part; readonly index: number }[];

/**
 * The parts of a pattern, by their index, that stand at the same place in any two equal names of it,
 * so that equal names have them equal.
 *
 * Only text renders separators, so equal names are equal stretch by stretch. In a stretch with one
 * part of unknown length that part is as long in both names, wherever else it is used. Then a part
 * has a fixed place when all lengths before it in its stretch are known, or all after it. Those
 * between two different fields of one stretch have none.
 */
export function fixedPlaces(pattern: Pattern): ReadonlySet<number> {
  const stretches = stretchesOf(pattern);
  const known = knownLengths(stretches);
  const fixed = new Set<number>();
  for (const stretch of stretches) {
    for (const goingAlong of [stretch, stretch.toReversed()]) {
      for (const { part, index } of goingAlong) {
        const unknown = unknownLength(part);
        if (unknown !== null && !known.has(unknown)) break;
        fixed.add(index);
      }
    }
  }
  return fixed;
}

function stretchesOf({ parts }: Pattern): readonly Stretch[] {
  const stretches: { part: Part; index: number }[][] = [[]];
  for (const [index, part] of parts.entries()) {
    if (part.kind !== "text") stretches.at(-1)?.push({ part, index });
    else if (!fieldCharacters.test(part.text)) stretches.push([]);
  }
  return stretches;
}

/** What has the same length in any two equal names. */
function knownLengths(stretches: readonly Stretch[]): ReadonlySet<string> {
  const known = new Set<string>();
  let before = -1;
  while (known.size > before) {
    before = known.size;
    for (const stretch of stretches) {
      const unknown = stretch
        .map(({ part }) => unknownLength(part))
        .filter((name) => name !== null && !known.has(name));
      const [name] = unknown;
      if (typeof name === "string" && unknown.every((other) => other === name)) known.add(name);
    }
  }
  return known;
}

/** The name of a field; empty for the counter, null for what always has the same length. */
function unknownLength(part: Part): string | null {
  if (part.kind === "field") return part.name;
  return part.kind === "counter" ? "" : null;
}
