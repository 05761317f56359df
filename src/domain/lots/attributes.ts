import { unprintable } from "../plain-text.ts";

/** Bytes of a lot's attributes, written as JSON. */
export const attributeBytes = 4096;

/** Characters of the longest name of an attribute. */
export const longestAttributeName = 64;

/** Whether attributes are short enough. */
export function attributesFit(attributes: Readonly<Record<string, unknown>>): boolean {
  return new TextEncoder().encode(JSON.stringify(attributes)).byteLength <= attributeBytes;
}

/** Whether all texts within a JSON value are, the names of its members included. */
export function isPrintable(value: unknown): boolean {
  if (typeof value === "string") return !unprintable.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).flat().every(isPrintable);
}
