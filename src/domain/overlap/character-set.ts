import { fieldCharacters } from "../patterns/rules.ts";

/**
 * Which characters can stand at one place of a name, as one integer, so that millions of them are
 * compared quickly: bits 0 to 9 are the digits; bit 10 is set when it has other field characters;
 * what is above is the code of the only character, when there is one and it is not a digit.
 */
export type CharacterSet = number;

const otherFieldCharacters = 1 << 10;
const codeShift = 11;
const withoutCode = (1 << codeShift) - 1;

/** All digits. */
export const digits: CharacterSet = otherFieldCharacters - 1;

/** All that the value of a field can have. */
export const fieldCharacterSet: CharacterSet = digits | otherFieldCharacters;

/** One character of a pattern's text, which is ASCII. */
export function only(character: string): CharacterSet {
  if (character >= "0" && character <= "9") return 1 << Number(character);
  const code = character.charCodeAt(0) << codeShift;
  return fieldCharacters.test(character) ? code | otherFieldCharacters : code;
}

/** The characters that are in both sets; 0 when there is none. */
export function shared(one: CharacterSet, other: CharacterSet): CharacterSet {
  const code = one >> codeShift;
  const otherCode = other >> codeShift;
  const both = one & other & withoutCode;
  if (code === 0 && otherCode === 0) return both;
  if (code !== 0 && otherCode !== 0) return code === otherCode ? one : 0;
  if ((both & otherFieldCharacters) === 0) return 0;
  return code === 0 ? other : one;
}

/** The characters of a set; `ofFields` when a field can have any of them. */
export function charactersOf(set: CharacterSet, ofFields: readonly string[]): readonly string[] {
  if (set === fieldCharacterSet) return ofFields;
  const code = set >> codeShift;
  return code === 0 ? digitsOf(set) : [String.fromCharCode(code)];
}

/** The digits of a set, in their order. */
export function digitsOf(set: CharacterSet): readonly string[] {
  return allDigits.filter((_, value) => (set & (1 << value)) !== 0);
}

const allDigits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
