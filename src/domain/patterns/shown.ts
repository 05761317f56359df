import type { Part } from "./pattern.ts";

/**
 * Why a dialect cannot say a pattern: it has no word for a `date` or a `field`, no way to write a
 * `text` so that it is read as text, no counter that a field may touch, or the text is `too_long`.
 */
export type Unsayable = {
  readonly problem: "date" | "field" | "text" | "touching_field" | "too_long";
  /** The part that cannot be said; left out when it is the whole. */
  readonly part?: Part;
};

/** A pattern in the text of a dialect, or why it cannot be said there. */
export type Shown<Text> =
  | { readonly text: Text }
  | { readonly text: null; readonly because: Unsayable };

export function unsayable(
  problem: Unsayable["problem"],
  part?: Part,
): { readonly text: null; readonly because: Unsayable } {
  return { text: null, because: part === undefined ? { problem } : { problem, part } };
}
