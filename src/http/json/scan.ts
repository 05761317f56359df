import { jsonPointer } from "./pointer.ts";

/** What a valid JSON text can hide: what JSON.parse drops, or what is unsafe to build objects from. */
export type JsonHazard =
  | { readonly kind: "key_repeated"; readonly key: string; readonly pointer: string }
  | { readonly kind: "key_forbidden"; readonly key: string; readonly pointer: string }
  | { readonly kind: "too_deep"; readonly limit: number }
  | { readonly kind: "text_unusable"; readonly pointer: string; readonly reason: string };

/** How deep objects and arrays may be nested. */
export const jsonDepthLimit = 32;

interface Level {
  /** Keys seen so far; null for an array. */
  readonly keys: Set<string> | null;
  step: string | number;
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Walks a text that JSON.parse has accepted and finds the first hazard: a key that stands twice in
 * one object (RFC 8259 section 4 leaves open which counts), the key `__proto__`, nesting over 32, a
 * string with U+0000 or half a surrogate pair (neither can be stored as text).
 */
export function findJsonHazard(text: string): JsonHazard | null {
  const levels: Level[] = [];
  const pointer = () => jsonPointer(levels.map((level) => level.step));
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const end = stringEnd(text, at);
      const source = text.slice(at, end);
      at = end;
      const level = levels.at(-1);
      if (level !== undefined && level.keys !== null && nextUnit(text, at) === 0x3a) {
        const key = stringValue(source);
        level.step = key;
        if (key === "__proto__") return { kind: "key_forbidden", key, pointer: pointer() };
        if (level.keys.has(key)) return { kind: "key_repeated", key, pointer: pointer() };
        level.keys.add(key);
      }
      const reason = unusable(source);
      if (reason !== null) return { kind: "text_unusable", pointer: pointer(), reason };
      continue;
    }
    if (unit === 0x7b || unit === 0x5b) {
      if (levels.length >= jsonDepthLimit) return { kind: "too_deep", limit: jsonDepthLimit };
      levels.push(unit === 0x7b ? { keys: new Set(), step: "" } : { keys: null, step: 0 });
    } else if (unit === 0x7d || unit === 0x5d) {
      levels.pop();
    } else if (unit === 0x2c) {
      const level = levels.at(-1);
      if (level !== undefined && typeof level.step === "number") level.step += 1;
    }
    at += 1;
  }
  return null;
}

/** Index behind the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === backslash) slashes += 1;
    at = close + 1;
    if (slashes % 2 === 0) return at;
  }
}

/** The code of the next character that is not white space. */
function nextUnit(text: string, start: number): number {
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit;
    at += 1;
  }
}

function stringValue(source: string): string {
  return source.includes("\\") ? String(JSON.parse(source)) : source.slice(1, -1);
}

function unusable(source: string): string | null {
  // Decoded UTF-8 has no NUL from JSON and no half pairs but by an escape.
  if (!source.includes("\\u")) return null;
  const value = stringValue(source);
  if (value.includes("\u0000")) return "contains the character U+0000. Remove it.";
  if (!value.isWellFormed()) return "contains half of a surrogate pair. Send whole characters.";
  return null;
}
