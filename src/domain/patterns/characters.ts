/** The first code point of `text` as `U+XXXX`; a lone surrogate is named as it is. */
export function codePointName(text: string): string {
  const point = text.codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** How many code points `text` has, which is what Postgres' `length()` counts. */
export function codePointCount(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

/** The first `count` code points of `text`. */
export function firstCodePoints(text: string, count: number): string {
  let taken = "";
  let left = count;
  for (const character of text) {
    if (left === 0) break;
    taken += character;
    left -= 1;
  }
  return taken;
}

/** Index in code points and text of the first character that `isWrong` picks out, or null. */
export function firstCharacter(
  text: string,
  isWrong: (character: string) => boolean,
): { readonly position: number; readonly character: string } | null {
  let position = 0;
  for (const character of text) {
    if (isWrong(character)) return { position, character };
    position += 1;
  }
  return null;
}
