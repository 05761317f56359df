import type { Part, Pattern } from "../patterns/pattern.ts";
import type { Effort } from "./effort.ts";
import { findExample, type Example, type Search } from "./find-example.ts";
import { momentFinder, type FindMoment } from "./moment-showing.ts";
import { canMeet, outlineOf } from "./outline.ts";
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
 * an older pattern can come again. Those that differ from it in nothing but the counter's width are
 * left out: the name of both would have the same number of the same period, which is given once.
 * That needs a candidate that does not clash with itself (`findSelfClash`).
 */
export function findOverlap<Version extends PatternVersion>(
  candidate: PatternVersion,
  others: Iterable<Version>,
): Overlap<Version> | null {
  const outline = outlineOf(candidate);
  const shape = shapeOf(candidate.pattern);
  const effort: Effort = { left: effortOfAll };
  const finders = new Map<string, FindMoment>();
  for (const other of others) {
    if (!canMeet(outline, outlineOf(other))) continue;
    if (other.sequence === candidate.sequence && shapeOf(other.pattern) === shape) continue;
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
  finders: Map<string, FindMoment> = new Map(),
): Search {
  const finderOf = ({ pattern, fiscalYearStart }: PatternVersion): FindMoment => {
    if (showsSeveralMoments(pattern)) return () => undefined;
    const finder = finders.get(fiscalYearStart) ?? momentFinder(fiscalYearStart);
    finders.set(fiscalYearStart, finder);
    return finder;
  };
  const sides = { one: sideOf(one, finderOf(one)), other: sideOf(other, finderOf(other)) };
  return findExample(sides, effort);
}

/**
 * Whether a pattern shows other moments than the document's. Then its dates need not agree with one
 * another, and no one moment explains a name.
 */
function showsSeveralMoments({ parts }: Pattern): boolean {
  return parts.some((part) => part.kind === "date" && part.of !== undefined);
}

/** A pattern but for the width of its counter. */
function shapeOf(pattern: Pattern): string {
  return JSON.stringify(pattern.parts.map(withoutWidth));
}

function withoutWidth(part: Part): object {
  return part.kind === "counter" ? { kind: part.kind } : part;
}
