import type { Pattern, Result } from "./pattern.ts";
import { accept, maximumNameLength, refuse } from "./pattern.ts";
import { shortestLength } from "./rules.ts";

/**
 * Whether a pattern's names stay within 128 characters up to a number of `digits` digits, with every
 * field at its shortest; `fits` judges a bound form. Fails with `pattern_name_too_long` {length, maximum}.
 */
export function hasRoom(pattern: Pattern, digits: number): Result<Pattern> {
  const length = shortestLength(pattern.parts) + Math.max(digits - pattern.width, 0);
  if (length <= maximumNameLength) return accept(pattern);
  return refuse("pattern_name_too_long", { length, maximum: maximumNameLength }, "/pattern");
}
