import type { Random } from "../../../faults/random.ts";
import { Literal, Members } from "../../wire/json-text.ts";
import { bodyBytes } from "../draft.ts";
import type { Draft } from "../draft.ts";
import { hostileName, hostileText, hostileValue } from "../texts.ts";
import type { DraftMutation } from "./mutation.ts";

type Path = readonly (string | number)[];

/** Longer lists are made on purpose elsewhere. */
const longestList = 20_000;

/** Changes in the JSON value of a body. */
export const jsonMutations: Readonly<Record<string, DraftMutation>> = {
  "value replaced": inJson((value, random) =>
    at(value, somePlace(value, random), () => hostileValue(random)),
  ),
  "text changed": inJson((value, random) =>
    at(value, somePlace(value, random, isText), (old) => changedText(String(old), random)),
  ),
  "number nudged": inJson((value, random) =>
    at(
      value,
      somePlace(value, random, isNumber),
      (old) => Number(old) + random.pick([1, -1, 0.5, 1e4]),
    ),
  ),
  "number as text": inJson((value, random) =>
    at(value, somePlace(value, random, isNumber), (old) => String(old)),
  ),
  "text as number": inJson((value, random) =>
    at(
      value,
      somePlace(value, random, isText),
      (old) => new Literal(/^\d+$/.test(String(old)) ? String(old) : "7"),
    ),
  ),
  "member left out": inJson((value, random) =>
    inObject(value, random, (entries) =>
      entries.filter((_, place) => place !== entries.length - 1),
    ),
  ),
  "first member left out": inJson((value, random) =>
    inObject(value, random, (entries) => entries.slice(1)),
  ),
  "member added": inJson((value, random) =>
    inObject(value, random, (entries) => [...entries, [hostileName(random), hostileValue(random)]]),
  ),
  "member twice": inJson((value, random) =>
    inObject(value, random, (entries) =>
      entries.flatMap((entry, place) => (place === 0 ? [entry, entry] : [entry])),
    ),
  ),
  "member renamed": inJson((value, random) =>
    inObject(value, random, (entries) =>
      entries.map(([name, one], place) => [place === 0 ? changedName(name, random) : name, one]),
    ),
  ),
  "list emptied": inJson((value, random) =>
    at(value, somePlace(value, random, Array.isArray), () => []),
  ),
  "list repeated": inJson((value, random) =>
    at(value, somePlace(value, random, Array.isArray), (old) => {
      const list: readonly unknown[] = Array.isArray(old) ? old : [old];
      const times = Math.min(random.pick([2, 2, 2, 101, 1001]), longestList / (list.length + 1));
      return Array.from({ length: Math.ceil(times) }, () => list).flat();
    }),
  ),
  "wrapped in a list": inJson((value, random) =>
    at(value, somePlace(value, random), (old) => [old]),
  ),
  "nothing instead": inJson((value, random) => at(value, somePlace(value, random), () => null)),
  "another body": inJson((_, random) => hostileValue(random)),
};

/** Changes of a body's bytes, whatever they say. */
export const bytesMutations: Readonly<Record<string, DraftMutation>> = {
  "cut short": inBytes((bytes, random) => bytes.subarray(0, random.between(0, bytes.length - 1))),
  "a byte changed": inBytes((bytes, random) => {
    const changed = Buffer.from(bytes);
    changed[random.between(0, bytes.length - 1)] = random.between(0, 255);
    return changed;
  }),
  "a part repeated": inBytes((bytes, random) => {
    const from = random.between(0, bytes.length - 1);
    const part = bytes.subarray(from, from + random.between(1, 40));
    return Buffer.concat([bytes.subarray(0, from), part, part, bytes.subarray(from + part.length)]);
  }),
  "bytes put in": inBytes((bytes, random) => {
    const place = random.between(0, bytes.length);
    const put = random.pick([
      // Overlong, a lone continuation, a half pair, beyond Unicode, never used.
      Buffer.from([0xc0, 0xaf]),
      Buffer.from([0xe0, 0x80, 0xaf]),
      Buffer.from([0x80]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from([0xf4, 0x90, 0x80, 0x80]),
      Buffer.from([0xff, 0xfe]),
      Buffer.from([0]),
      Buffer.from("\u202e"),
      Buffer.from("\ufeff"),
      Buffer.from(hostileText(random)),
    ]);
    return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place)]);
  }),
  "with a byte order mark": inBytes((bytes) =>
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  ),
  "in UTF-16": inBytes((bytes) => Buffer.from(bytes.toString("utf8"), "utf16le")),
  "in Latin-1": inBytes((bytes) => Buffer.from(`${bytes.toString("utf8")}é`, "latin1")),
  "followed by more": inBytes((bytes, random) => {
    return Buffer.concat([
      bytes,
      Buffer.from(random.pick(["x", "{}", ",", "\u0000", "//", "\n\n"])),
    ]);
  }),
  "in a comment": inBytes((bytes) => Buffer.concat([Buffer.from("/* */"), bytes])),
  "behind much space": inBytes((bytes, random) =>
    Buffer.concat([Buffer.alloc(random.pick([1, 1000, 100_000]), 0x20), bytes]),
  ),
  emptied: inBytes(() => Buffer.alloc(0)),
  "left out": (draft) => (draft.body === undefined ? undefined : { ...draft, body: undefined }),
  "where there is none": (draft, { random }) =>
    draft.body === undefined
      ? { ...draft, body: { kind: "json", value: hostileValue(random) } }
      : undefined,
};

/** Changes of a CSV file. */
export const csvMutations: Readonly<Record<string, DraftMutation>> = {
  "a cell changed": inCsv((lines, random) => {
    const line = random.between(0, lines.length - 1);
    return lines.map((text, place) => (place === line ? changedCell(text, random) : text));
  }),
  "a cell quoted": inCsv((lines, random) => {
    const line = random.between(0, lines.length - 1);
    return lines.map((text, place) => (place === line ? `"${text}` : text));
  }),
  "a cell added": inCsv((lines, random) => lines.map((text) => `${text},${quotedCell(random)}`)),
  "a cell left out": inCsv((lines) => lines.map((text) => text.replace(/,[^,]*$/, ""))),
  "other separators": inCsv((lines, random) =>
    lines.map((text) => text.replaceAll(",", random.pick([";", "\t", "|", ";"]))),
  ),
  "lines mixed": inCsv((lines) => lines.toReversed()),
  "a line many times": inCsv((lines, random) => [
    ...lines,
    ...Array.from({ length: random.pick([3, 100, 5000]) }, () => lines.at(-1) ?? ""),
  ]),
  "other line ends": inCsv((lines, random) => [
    lines.join(random.pick(["\n", "\r", "\n\r", "\u2028"])),
  ]),
  "no header": inCsv((lines) => lines.slice(1)),
  "a header twice": inCsv(([header = "", ...lines]) => [
    `${header},${header.split(",")[0]}`,
    ...lines.map((text) => `${text},x`),
  ]),
};

function inJson(change: (value: unknown, random: Random) => unknown): DraftMutation {
  return (draft, { random }) => {
    if (draft.body?.kind !== "json") return undefined;
    return { ...draft, body: { kind: "json", value: change(draft.body.value, random) } };
  };
}

function inBytes(change: (bytes: Buffer, random: Random) => Buffer): DraftMutation {
  return (draft, { random }): Draft | undefined => {
    if (draft.body === undefined) return undefined;
    const bytes = bodyBytes(draft.body);
    if (bytes.length === 0) return undefined;
    return { ...draft, body: { kind: "bytes", bytes: change(bytes, random) } };
  };
}

function inCsv(
  change: (lines: readonly string[], random: Random) => readonly string[],
): DraftMutation {
  return (draft, { random }) => {
    if (draft.body?.kind !== "text") return undefined;
    const lines = draft.body.text.trimEnd().split("\r\n");
    return { ...draft, body: { kind: "text", text: change(lines, random).join("\r\n") } };
  };
}

function changedCell(line: string, random: Random): string {
  const cells = line.split(",");
  cells[random.between(0, cells.length - 1)] = quotedCell(random);
  return cells.join(",");
}

function quotedCell(random: Random): string {
  const text = hostileText(random);
  return random.chance(0.3) ? text : `"${text.replaceAll('"', '""')}"`;
}

function changedText(text: string, random: Random): string {
  const place = random.between(0, text.length);
  return random.pick([
    () => text.slice(0, place) + hostileText(random) + text.slice(place),
    () => text.slice(0, place) + text.slice(place + 1),
    () => ` ${text}`,
    () => `${text} `,
    () => text.toUpperCase(),
    () => text.toLowerCase(),
    () => text.normalize("NFD"),
    () => `${text}\u0301`,
  ])();
}

function changedName(name: string, random: Random): string {
  return random.pick([
    name.toUpperCase(),
    `${name} `,
    `${name}s`,
    name.replace("_", ""),
    hostileName(random),
  ]);
}

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number";

/** A place in a value where such a thing stands; the whole where there is none. */
function somePlace(
  value: unknown,
  random: Random,
  fits: (value: unknown) => boolean = () => true,
): Path {
  const places: Path[] = [];
  const walk = (one: unknown, path: Path): void => {
    if (places.length > 300) return;
    if (fits(one)) places.push(path);
    if (Array.isArray(one))
      for (const [place, inner] of one.entries()) walk(inner, [...path, place]);
    else if (isPlain(one)) {
      for (const [name, inner] of Object.entries(one)) {
        if (inner !== undefined) walk(inner, [...path, name]);
      }
    }
  };
  walk(value, []);
  return places.length === 0 ? [] : random.pick(places);
}

/** The value with another thing at a place. */
function at(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [step, ...further] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((one: unknown, place) => (place === step ? at(one, further, change) : one));
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      name === step ? at(one, further, change) : one,
    ]),
  );
}

function inObject(
  value: unknown,
  random: Random,
  change: (entries: readonly [string, unknown][]) => readonly (readonly [string, unknown])[],
): unknown {
  return at(value, somePlace(value, random, isPlain), (old) => {
    if (!isPlain(old)) return old;
    const entries = Object.entries(old).filter(([, one]) => one !== undefined);
    // Any of them may be the first and the last.
    const turn = entries.length === 0 ? 0 : random.between(0, entries.length - 1);
    return new Members(change([...entries.slice(turn), ...entries.slice(0, turn)]));
  });
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Literal) &&
    !(value instanceof Members)
  );
}
