import { datesAgree } from "./agree.ts";
import {
  maximumFieldLength,
  maximumNameLength,
  maximumNumber,
  type BoundForm,
  type CounterPart,
  type DatePart,
  type DateSource,
  type DateToken,
  type FieldPart,
  type Part,
  type Pattern,
} from "./pattern.ts";
import { fieldCharacters, shortestLength } from "./rules.ts";
import { dateTokenWidth, readDateToken } from "./tokens.ts";

/** What the date tokens of each source show. */
export type ShownDates = Readonly<Record<DateSource, ReadonlyMap<DateToken, number>>>;

export type ReadName = {
  readonly form: BoundForm;
  readonly number: bigint;
  readonly dates: ShownDates;
};

/** Parts between two separators, which only text can contain, and the separators after them. */
type Stretch = { readonly parts: readonly Part[]; readonly separators: string };

/** A stretch with the piece of a name that stands for it, and where that begins. */
type Piece = { readonly parts: readonly Part[]; readonly text: string; readonly start: number };

type Found = {
  readonly dates: Readonly<Record<DateSource, Map<DateToken, number>>>;
  readonly fields: Map<string, string>;
  counter: { readonly number: bigint; readonly start: number; readonly end: number } | null;
};

/**
 * Reads a name back: the number and bound form that render it, or null when the pattern could not
 * have rendered it. No name has two readings.
 *
 * Checked are the literals, the digits and ranges of date tokens and that those of one moment name a
 * day that exists, fields' characters and lengths, that a field used twice has one value, and that the
 * counter has exactly its width, or more digits without a leading zero unless a field touches it. Where several fields stand
 * side by side with nothing between them to tell where one ends, a field's second use is not
 * compared.
 */
export function readName(pattern: Pattern, name: string): ReadName | null {
  return nameReader(pattern)(name);
}

/** `readName` for many names of one pattern. */
export function nameReader(pattern: Pattern): (name: string) => ReadName | null {
  const stretches = stretchesOf(pattern);
  return (name) => {
    if (name.length > maximumNameLength) return null;
    const pieces = piecesOf(stretches, name);
    if (pieces === null) return null;
    const found: Found = { dates: noDates(), fields: new Map(), counter: null };
    const isTold = ({ parts }: Piece): boolean => namesOfUnknown(parts, found).size <= 1;
    // First those that can be told apart by length: they give values to fields used elsewhere.
    const [told, others] = [pieces.filter(isTold), pieces.filter((piece) => !isTold(piece))];
    for (const piece of [...told, ...others]) {
      if (!(isTold(piece) ? readTold(piece, found) : canBe(piece, found))) return null;
    }
    if (found.counter === null || !Object.values(found.dates).every(datesAgree)) return null;
    const { number, start, end } = found.counter;
    const form = { prefix: name.slice(0, start), width: pattern.width, suffix: name.slice(end) };
    return { form, number, dates: found.dates };
  };
}

function noDates(): Found["dates"] {
  return { document: new Map(), period: new Map(), now: new Map() };
}

function stretchesOf(pattern: Pattern): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let parts: Part[] = [];
  for (const part of pattern.parts) {
    if (part.kind !== "text") {
      parts.push(part);
      continue;
    }
    for (const run of part.text.match(/[A-Za-z0-9_]+|[^A-Za-z0-9_]+/g) ?? []) {
      if (fieldCharacters.test(run)) {
        parts.push({ kind: "text", text: run });
      } else {
        stretches.push({ parts, separators: run });
        parts = [];
      }
    }
  }
  stretches.push({ parts, separators: "" });
  return stretches;
}

/** Cuts a name at the separators. Nothing but text renders one, so there is only one way to. */
function piecesOf(stretches: readonly Stretch[], name: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { parts, separators } of stretches) {
    const text = /^[A-Za-z0-9_]*/.exec(name.slice(start))?.[0] ?? "";
    const cut = cutAtCounter({ parts, text, start });
    if (cut === null) return null;
    pieces.push(...cut);
    start += text.length;
    if (!name.startsWith(separators, start)) return null;
    start += separators.length;
  }
  return start === name.length ? pieces : null;
}

/**
 * Cuts fields off that touch the counter, which then has exactly its width. They stand on one side of
 * it, and what stands on the other has a known length.
 */
function cutAtCounter({ parts, text, start }: Piece): readonly Piece[] | null {
  const at = parts.findIndex((part) => part.kind === "counter");
  if (at < 0 || !parts.some((part) => part.kind === "field")) return [{ parts, text, start }];
  const areBefore = parts.slice(0, at).some((part) => part.kind === "field");
  const cut = areBefore ? at : at + 1;
  const [first, second] = [parts.slice(0, cut), parts.slice(cut)];
  const end = areBefore ? text.length - shortestLength(second) : shortestLength(first);
  if (end < 0) return null;
  return [
    { parts: first, text: text.slice(0, end), start },
    { parts: second, text: text.slice(end), start: start + end },
  ];
}

function namesOfUnknown(parts: readonly Part[], found: Found): ReadonlySet<string> {
  // A field's name is never empty, so that the counter can go by the empty one.
  return new Set(
    parts
      .filter((part) => isUnknown(part, found))
      .map((part) => (part.kind === "field" ? part.name : "")),
  );
}

function isUnknown(part: Part, found: Found): part is FieldPart | CounterPart {
  return part.kind === "counter" || (part.kind === "field" && !found.fields.has(part.name));
}

/** The length of a part that is known beforehand; 0 for one that is not. */
function knownLength(part: Part, found: Found): number {
  if (part.kind === "text") return part.text.length;
  if (part.kind === "date") return dateTokenWidth(part.token);
  return part.kind === "field" ? (found.fields.get(part.name)?.length ?? 0) : 0;
}

/** Reads a piece in which only one field, or the counter, is of unknown length. */
function readTold({ parts, text, start }: Piece, found: Found): boolean {
  const uses = parts.filter((part) => isUnknown(part, found)).length;
  const known = parts.reduce((sum, part) => sum + knownLength(part, found), 0);
  const unknownLength = uses === 0 ? 0 : (text.length - known) / uses;
  if (known + uses * unknownLength !== text.length) return false;
  if (!Number.isInteger(unknownLength) || unknownLength < 0) return false;
  let at = 0;
  for (const part of parts) {
    const end = at + (isUnknown(part, found) ? unknownLength : knownLength(part, found));
    if (!readPart(part, text.slice(at, end), start + at, found)) return false;
    at = end;
  }
  return at === text.length;
}

function readPart(part: Part, text: string, start: number, found: Found): boolean {
  if (part.kind === "text") return text === part.text;
  if (part.kind === "date") return readDate(part, text, found);
  return part.kind === "field"
    ? readField(part, text, found)
    : readCounter(part, text, start, found);
}

function readField({ name }: FieldPart, text: string, found: Found): boolean {
  const known = found.fields.get(name);
  if (known !== undefined) return text === known;
  found.fields.set(name, text);
  return text.length >= 1 && text.length <= maximumFieldLength;
}

function readCounter({ width }: CounterPart, text: string, start: number, found: Found): boolean {
  if (!/^[0-9]+$/.test(text) || text.length < width) return false;
  if (text.length > width && text.startsWith("0")) return false;
  const number = BigInt(text);
  found.counter = { number, start, end: start + text.length };
  return number <= maximumNumber;
}

function readDate({ token, of }: DatePart, text: string, found: Found): boolean {
  const value = readDateToken(token, text);
  const dates = found.dates[of ?? "document"];
  if (value === null || (dates.get(token) ?? value) !== value) return false;
  dates.set(token, value);
  return true;
}

/** Whether a piece with several fields of unknown length can be cut into its parts in some way. */
function canBe({ parts, text }: Piece, found: Found): boolean {
  let ends: ReadonlySet<number> = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const at of ends) {
      if (isUnknown(part, found)) {
        const farthest = Math.min(text.length, at + maximumFieldLength);
        for (let end = at + 1; end <= farthest; end += 1) next.add(end);
        continue;
      }
      const end = at + knownLength(part, found);
      if (isKnown(part, text.slice(at, end), found)) next.add(end);
    }
    ends = next;
  }
  return ends.has(text.length);
}

function isKnown(part: Part, text: string, found: Found): boolean {
  if (part.kind === "date") return readDateToken(part.token, text) !== null;
  if (part.kind === "text") return text === part.text;
  return part.kind === "field" && text === found.fields.get(part.name);
}
