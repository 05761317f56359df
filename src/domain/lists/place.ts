import { fail } from "../../errors.ts";

/**
 * The parts of a list's place, separated by one character. The cursor around it is opaque and was made
 * by us, yet its text comes from outside. Fails: cursor_unusable.
 */
export function splitPlace(place: string, pattern: RegExp): readonly string[] {
  const match = pattern.exec(place);
  if (match === null) {
    return fail("cursor_unusable", { reason: "The cursor does not belong to this list." });
  }
  return match.slice(1);
}
