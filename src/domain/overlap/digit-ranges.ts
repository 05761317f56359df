import { maximumCounterWidth, type DateToken } from "../patterns/pattern.ts";
import { dateTokenWidth, readDateToken } from "../patterns/tokens.ts";

/** All digit strings of one length from `low` to `high`, which have that length. */
export type DigitRange = { readonly low: string; readonly high: string };

/**
 * How a counter renders the numbers `first` to `last`: one range for each length, the shortest
 * first. Numbers of up to `width` digits fill the width with zeros; longer ones have none before.
 * None at all when `last` is below `first`.
 */
export function counterRanges(width: number, first: bigint, last: bigint): readonly DigitRange[] {
  const ranges: DigitRange[] = [];
  for (let length = width; length <= maximumCounterWidth; length += 1) {
    const least = length === width ? 0n : 10n ** BigInt(length - 1);
    const most = 10n ** BigInt(length) - 1n;
    const low = first > least ? first : least;
    const high = last < most ? last : most;
    if (low > high) continue;
    ranges.push({ low: written(low, length), high: written(high, length) });
  }
  return ranges;
}

const tokenRanges = new Map<DateToken, DigitRange>();

/** What a date token renders, from its least value to its greatest; every value between is one. */
export function tokenRange(token: DateToken): DigitRange {
  const known = tokenRanges.get(token);
  if (known !== undefined) return known;
  const width = dateTokenWidth(token);
  const canShow = (value: number): boolean => readDateToken(token, written(value, width)) !== null;
  let low = 0;
  while (!canShow(low)) low += 1;
  let high = 10 ** width - 1;
  while (!canShow(high)) high -= 1;
  const range = { low: written(low, width), high: written(high, width) };
  tokenRanges.set(token, range);
  return range;
}

function written(value: bigint | number, length: number): string {
  return value.toString().padStart(length, "0");
}
