import type { Part } from "../patterns/pattern.ts";
import { fieldCharacters } from "../patterns/rules.ts";
import { digits, digitsOf } from "./character-set.ts";

const letters: readonly string[] = Array.from(
  "XYZABCDEFGHIJKLMNOPQRSTUVWabcdefghijklmnopqrstuvwxyz_",
);

/**
 * The field characters to try for two patterns: the digits, those of their texts, and first one that
 * is none of these. The patterns treat all others like it, so that a name with them is still one of
 * both when it stands in their place.
 */
export function fieldAlphabetOf(parts: readonly Part[]): readonly string[] {
  const written = new Set(
    parts
      .flatMap((part) => (part.kind === "text" ? Array.from(part.text) : []))
      .filter((character) => fieldCharacters.test(character)),
  );
  const another = letters.filter((letter) => !written.has(letter)).slice(0, 1);
  return [...new Set([...another, ...digitsOf(digits), ...written])];
}
