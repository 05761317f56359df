import { fail } from "../errors.ts";
import { canonicalJson } from "./json/canonical.ts";
import { sha256 } from "../domain/sha256.ts";

/** The form's version; a cursor of another one is refused. */
const version = 1;

/** Hex digits of the filters' hash that a cursor keeps. */
const hashDigits = 16;

/** What a list is: its name, and what it was filtered by. */
export interface ListIdentity {
  /** The list's name, such as `sequences`. */
  readonly name: string;
  /** The filters as they were read; plain JSON values, undefined where one was not given. */
  readonly filters: Readonly<Record<string, unknown>>;
}

async function filtersHash(list: ListIdentity): Promise<string> {
  const given = Object.entries(list.filters).filter(([, value]) => value !== undefined);
  return (await sha256(canonicalJson(Object.fromEntries(given)))).slice(0, hashDigits);
}

/** The cursor of a position: base64url of version, list, filters' hash and position. */
export async function writeCursor(list: ListIdentity, position: string): Promise<string> {
  const text = JSON.stringify([version, list.name, await filtersHash(list), position]);
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The position in a cursor of this list with these filters; anything else is `cursor_unusable`. */
export async function readCursor(list: ListIdentity, cursor: string): Promise<string> {
  const parts = partsOf(cursor);
  if (parts === null) return unusable("It is not a cursor of this service.");
  const [form, name, hash, position] = parts;
  if (form !== version || typeof position !== "string") {
    return unusable("It was made by another version of this service.");
  }
  if (name !== list.name) return unusable("It belongs to another list.");
  if (hash !== (await filtersHash(list))) return unusable("It belongs to other filters.");
  return position;
}

function unusable(reason: string): never {
  return fail("cursor_unusable", { reason });
}

function partsOf(cursor: string): readonly unknown[] | null {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
    const parts: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
    );
    return Array.isArray(parts) && parts.length === 4 ? parts : null;
  } catch {
    return null;
  }
}
