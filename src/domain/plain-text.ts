/** Control, format (zero-width and direction) and unassigned characters, line and paragraph separators. */
export const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What is wrong with a text that people read, to stand behind the name of a field; null if nothing. */
export function plainTextProblem(text: string): string | null {
  if (unprintable.test(text)) {
    return "must have printable characters only: no control, direction or zero-width ones.";
  }
  return text.trim() === text ? null : "must not begin or end with a space.";
}
