import type { Moment } from "../patterns/moment.ts";
import { maximumFieldLength, type DatePart, type Part } from "../patterns/pattern.ts";
import { dateTokenWidth } from "../patterns/tokens.ts";
import { automatonOf, type Automaton } from "./automaton.ts";
import type { Effort } from "./effort.ts";
import { shownText, type FindMoments, type Shown } from "./moments-showing.ts";
import { clockPartOf } from "./token-clock.ts";
import type { PatternVersion } from "./version.ts";

/** A version made ready for being compared. */
export type Side = {
  readonly parts: readonly Part[];
  /** Which of the parts is the counter. */
  readonly counter: number;
  readonly automaton: Automaton;
  /** The last part that each has to agree with: a date with dates, a field with its like. */
  readonly agreesUntil: readonly number[];
  readonly findMoments: FindMoments;
};

/** How far a name has been read as one of a side: all parts before `part`, and `text` of it. */
export type Progress = {
  readonly part: number;
  readonly text: string;
  readonly before: readonly string[];
};

/** What makes a pattern render a name. */
export type Reading = {
  readonly number: bigint;
  /**
   * The document's day, with the time when the pattern shows it, on the sequence's clock:
   * `2026-11-24` or `2026-11-24T13:30:05`. Null when the pattern shows nothing of the document's.
   */
  readonly at: string | null;
  /** The same of the moment at which the number is drawn, when the pattern shows that. */
  readonly now?: string;
  readonly fields: Readonly<Record<string, string>>;
};

export const notBegun: Progress = { part: -1, text: "", before: [] };

export function sideOf(version: PatternVersion, findMoments: FindMoments): Side {
  const { parts } = version.pattern;
  return {
    parts,
    counter: parts.findIndex(({ kind }) => kind === "counter"),
    automaton: automatonOf(version),
    agreesUntil: parts.map((part) => parts.findLastIndex((later) => mustAgree(part, later))),
    findMoments,
  };
}

/** Reads one more character as one of `part`; null when no name of this side goes on like that. */
export function readOn(
  side: Side,
  progress: Progress,
  part: number,
  character: string,
  effort: Effort,
): Progress | null {
  const goesOn = part === progress.part;
  if (!goesOn && !canEnd(side, progress)) return null;
  const next = goesOn
    ? { ...progress, text: progress.text + character }
    : { part, text: character, before: textsOf(progress) };
  return isPossible(side, next, effort) ? next : null;
}

/** Whether the part that is being read can end here, as far as the automaton does not tell. */
export function canEnd(side: Side, progress: Progress): boolean {
  const value = valueBefore(side, progress);
  return value === undefined || value === progress.text;
}

/** Whether it matters which of its characters a part shows: when it has to agree with others. */
export function isTied({ parts, agreesUntil }: Side, index: number): boolean {
  const part = parts[index];
  if (part?.kind === "date") return true;
  if (part?.kind !== "field") return false;
  return parts.findIndex((first) => mustAgree(part, first)) !== agreesUntil[index];
}

/** All that the rest of a name depends on besides the automaton's state. */
export function keyOf(side: Side, { part, text, before }: Progress): string {
  const kept = before.filter((_, index) => (side.agreesUntil[index] ?? -1) >= part);
  return [isTied(side, part) ? text : String(text.length), ...kept].join("/");
}

/** What a name that was read to its end is made of. */
export function readingOf(side: Side, progress: Progress, effort: Effort): Reading {
  const texts = textsOf(progress);
  const moments = side.findMoments(shownBy(side, texts), effort);
  const dates = side.parts.filter((part) => part.kind === "date");
  const ofNow = dates.filter(({ of }) => of === "now");
  const others = dates.filter(({ of }) => of !== "now");
  const fields = side.parts.flatMap((part, index) =>
    part.kind === "field" ? [[part.name, texts[index] ?? ""] as const] : [],
  );
  return {
    number: BigInt(texts[side.counter] ?? 0),
    at: moments == null || others.length === 0 ? null : wallClock(moments.document, others),
    ...(moments == null || ofNow.length === 0 ? {} : { now: wallClock(moments.now, ofNow) }),
    fields: Object.fromEntries(fields),
  };
}

function mustAgree(part: Part, other: Part): boolean {
  if (part.kind === "date") return other.kind === "date" && isOfNow(part) === isOfNow(other);
  return part.kind === "field" && other.kind === "field" && part.name === other.name;
}

/** Now has nothing to do with the day of the document and its period. */
function isOfNow({ of }: DatePart): boolean {
  return of === "now";
}

function textsOf({ part, text, before }: Progress): readonly string[] {
  return part === notBegun.part ? before : [...before, text];
}

/** What the field that is being read was when it was read before. */
function valueBefore({ parts }: Side, { part, before }: Progress): string | undefined {
  const field = parts[part];
  if (field?.kind !== "field") return undefined;
  return before.find((_, index) => {
    const earlier = parts[index];
    return earlier !== undefined && mustAgree(field, earlier);
  });
}

function isPossible(side: Side, progress: Progress, effort: Effort): boolean {
  const part = side.parts[progress.part];
  if (part?.kind === "field") {
    const value = valueBefore(side, progress);
    if (value !== undefined) return value.startsWith(progress.text);
    return progress.text.length <= maximumFieldLength;
  }
  if (part?.kind !== "date") return true;
  const shown = shownBy(side, textsOf(progress)).filter(({ date }) => mustAgree(part, date));
  const isRead = progress.text.length === dateTokenWidth(part.token);
  // The automaton knows what the first token can begin with.
  if (!isRead && shown.length === 1) return true;
  const moments = side.findMoments(shown, effort);
  return isRead ? moments != null : moments !== null;
}

function shownBy({ parts }: Side, texts: readonly string[]): readonly Shown[] {
  return texts.flatMap((text, index) => {
    const part = parts[index];
    return part?.kind === "date" ? [shownText(part, text)] : [];
  });
}

function wallClock(moment: Moment, dates: readonly DatePart[]): string {
  const showsTime = dates.some(({ token }) => clockPartOf(token) !== "day");
  if (!showsTime) return moment.date;
  const time = [moment.hour, moment.minute, moment.second];
  return `${moment.date}T${time.map((value) => String(value).padStart(2, "0")).join(":")}`;
}
