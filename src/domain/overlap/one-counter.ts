import type { Sides } from "./beginning.ts";
import type { Progress, Side } from "./side.ts";

/** Where the counter stands in what has been read; undefined where that is not reached yet. */
type Place = { readonly begin?: number; readonly end?: number };

/**
 * Whether both sides read the same characters as the counter, whatever follows: the text before them is
 * the same then, and so is the number.
 */
export function isOfOneRun(
  { one, other }: Sides,
  readByOne: Progress,
  readByOther: Progress,
): boolean {
  const [place, otherPlace] = [placeOf(one, readByOne), placeOf(other, readByOther)];
  if (place.begin === undefined || place.begin !== otherPlace.begin) return false;
  if (endsWithCounter(one) && endsWithCounter(other)) return true;
  return place.end !== undefined && place.end === otherPlace.end;
}

/** All that it still depends on whether the two come to be of one run. */
export function runKey({ one, other }: Sides, readByOne: Progress, readByOther: Progress): string {
  const [place, otherPlace] = [placeOf(one, readByOne), placeOf(other, readByOther)];
  const length = lengthOf(readByOne);
  return [place.begin, place.end, otherPlace.begin, otherPlace.end]
    .map((at) => (at === undefined ? "" : length - at))
    .join("/");
}

function placeOf({ counter }: Side, { part, text, before }: Progress): Place {
  if (part < counter) return {};
  const begin = lengthOfAll(before.slice(0, counter));
  if (part === counter) return { begin };
  return { begin, end: begin + (before[counter] ?? text).length };
}

function endsWithCounter({ parts, counter }: Side): boolean {
  return counter === parts.length - 1;
}

function lengthOf({ text, before }: Progress): number {
  return lengthOfAll(before) + text.length;
}

function lengthOfAll(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
