import type { Pattern } from "../patterns/pattern.ts";
import { fieldTouchesCounter } from "../patterns/rules.ts";
import type { Effort } from "./effort.ts";
import { findExample, type Example, type Search } from "./find-example.ts";
import { momentsFinder, type FindMoments } from "./moments-showing.ts";
import { canMeet, outlineOf } from "./outline.ts";
import { isTextApart } from "./text-apart.ts";
import { sideOf } from "./side.ts";
import type { PatternVersion } from "./version.ts";

/** A version that can give a name which another gives. */
export type Overlap<Version extends PatternVersion> = {
  readonly other: Version;
  /** The shortest name that both give; null when none was found and none could be ruled out. */
  readonly example: Example | null;
};

/** What comparing two versions may take, about 0.2 s. */
export const effortOfPair = 20_000;

/** What all comparisons of one call may take together. */
const effortOfAll = 100_000;

/**
 * The first of `others` that can give a name which `candidate` can give, or null.
 *
 * Null is certain: no name is of both, whatever the days, fields and numbers. Otherwise there is an
 * example that both patterns render; without one (patterns that use a field twice, or many dates,
 * can need more tries than are allowed) the two are taken to overlap.
 *
 * Versions of the candidate's own sequence belong to `others` too, since a name that was given under
 * an older pattern can come again. Those that count with it and differ in nothing but the counter's
 * width are left out: the name of both would have the same number of the same period, which is given
 * once. That needs a candidate that does not clash with itself (`findSelfClash`). Where the text before
 * the counter names the series, so are names that both read as the same text and number.
 *
 * 10,000 others take a millisecond or two when their first or last texts tell them apart, about 30 ms
 * when lengths, separators, beginnings or ends do, and half a second when all have to be searched.
 */
export function findOverlap<Version extends PatternVersion>(
  candidate: PatternVersion,
  others: Iterable<Version>,
): Overlap<Version> | null {
  const outline = outlineOf(candidate);
  const effort: Effort = { left: effortOfAll };
  const finders = new Map<string, FindMoments>();
  for (const other of others) {
    if (isTextApart(candidate.pattern, other.pattern)) continue;
    if (!canMeet(outline, outlineOf(other))) continue;
    const countsTogether = other.counter === candidate.counter;
    if (countsTogether && areAlike(candidate.pattern, other.pattern)) continue;
    const left = Math.min(effort.left, effortOfPair);
    const ofPair: Effort = { left };
    const search = compare(candidate, other, ofPair, finders);
    effort.left -= left - ofPair.left;
    if (search.outcome === "found") return { other, example: search.example };
    if (search.outcome === "unknown") return { other, example: null };
  }
  return null;
}

/** A name that two versions can give. `finders` keep what they found for the next comparison. */
export function compare(
  one: PatternVersion,
  other: PatternVersion,
  effort: Effort,
  finders: Map<string, FindMoments> = new Map(),
): Search {
  const finderOf = (version: PatternVersion): FindMoments => {
    const key = `${version.reset} ${version.fiscalYearStart}`;
    const finder = finders.get(key) ?? momentsFinder(version);
    finders.set(key, finder);
    return finder;
  };
  const sides = {
    one: sideOf(one, finderOf(one)),
    other: sideOf(other, finderOf(other)),
    isOneCounter:
      one.counter === other.counter && one.reset === "prefix" && other.reset === "prefix",
  };
  return findExample(sides, effort);
}

/**
 * Whether two patterns of one sequence differ in nothing but the counter's width, so that a name of
 * both has the same number and the same period. That holds when the counter is as wide as the name
 * leaves it; next to a field it has its width, so that the field would take up the difference.
 */
function areAlike(pattern: Pattern, other: Pattern): boolean {
  const isWidthKept = pattern.width === other.width || !fieldTouchesCounter(pattern);
  return isWidthKept && withoutWidth(pattern) === withoutWidth(other);
}

function withoutWidth({ parts }: Pattern): string {
  return JSON.stringify(parts.map((part) => (part.kind === "counter" ? part.kind : part)));
}
