import type { Part, Pattern, Result } from "./pattern.ts";
import { accept, maximumNameLength, refuse } from "./pattern.ts";
import { dateTokenWidth } from "./tokens.ts";

/**
 * Whether a pattern's names stay within 128 characters up to a number of `digits` digits, with every
 * field at its shortest; `fits` judges a bound form. Fails with `pattern_name_too_long` {length, maximum}.
 */
export function hasRoom(pattern: Pattern, digits: number): Result<Pattern> {
  const shortest = pattern.parts.reduce((sum, part) => sum + shortestPart(part), 0);
  const length = shortest + Math.max(digits - pattern.width, 0);
  if (length <= maximumNameLength) return accept(pattern);
  return refuse("pattern_name_too_long", { length, maximum: maximumNameLength }, "/pattern");
}

function shortestPart(part: Part): number {
  switch (part.kind) {
    case "text":
      return part.text.length;
    case "date":
      return dateTokenWidth(part.token);
    case "field":
      return 1;
    case "counter":
      return part.width;
  }
}
