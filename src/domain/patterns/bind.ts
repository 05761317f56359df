import { codePointCount, codePointName, firstCharacter } from "./characters.ts";
import type { Moments } from "./moment.ts";
import {
  accept,
  maximumFieldLength,
  maximumNameLength,
  refuse,
  type BoundForm,
  type Pattern,
  type Result,
} from "./pattern.ts";
import { fieldCharacters } from "./rules.ts";
import { renderDateToken } from "./tokens.ts";

/**
 * Fills in the date tokens and fields of a pattern. Fields that the pattern does not use are
 * ignored, since one document's fields may serve several patterns.
 *
 * Fails with `field_missing` {field}, `field_value` {field, problem: "empty" | "too_long" |
 * "character", and length, maximum or position, character}, and `name_too_long` {length, maximum}
 * when even the smallest number has no room; see `fits` for the others.
 */
export function bind(
  pattern: Pattern,
  moments: Moments,
  fields: Readonly<Record<string, string>>,
): Result<BoundForm> {
  let before = "";
  let text = "";
  for (const part of pattern.parts) {
    switch (part.kind) {
      case "text":
        text += part.text;
        break;
      case "date":
        text += renderDateToken(part.token, moments[part.of ?? "document"]);
        break;
      case "field": {
        const value = fieldValue(part.name, fields);
        if (!value.ok) return value;
        text += value.value;
        break;
      }
      case "counter":
        before = text;
        text = "";
        break;
    }
  }
  return fits({ prefix: before, width: pattern.width, suffix: text }, 0n);
}

/** The form of a pattern that no document has to fill in: one without date tokens and fields; else null. */
export function fixedForm(pattern: Pattern): BoundForm | null {
  let [prefix, suffix] = ["", ""];
  let behind = false;
  for (const part of pattern.parts) {
    if (part.kind === "counter") behind = true;
    else if (part.kind !== "text") return null;
    else if (behind) suffix += part.text;
    else prefix += part.text;
  }
  return { prefix, width: pattern.width, suffix };
}

/**
 * Whether the names of a form stay within 128 characters up to `lastNumber`, the highest number to
 * be rendered. Gives the form back, or fails with `name_too_long` {length, maximum}.
 */
export function fits(form: BoundForm, lastNumber: bigint): Result<BoundForm> {
  const digits = Math.max(form.width, lastNumber.toString().length);
  const length = codePointCount(form.prefix) + digits + codePointCount(form.suffix);
  if (length <= maximumNameLength) return accept(form);
  return refuse("name_too_long", { length, maximum: maximumNameLength });
}

function fieldValue(field: string, fields: Readonly<Record<string, string>>): Result<string> {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined) return refuse("field_missing", { field }, "/fields");
  const pointer = `/fields/${field}`;
  const limits = { length: codePointCount(value), maximum: maximumFieldLength };
  if (value === "") return refuse("field_value", { field, problem: "empty", ...limits }, pointer);
  const wrong = firstCharacter(value, (character) => !fieldCharacters.test(character));
  if (wrong !== null) {
    const character = codePointName(wrong.character);
    const facts = { field, problem: "character", position: wrong.position, character };
    return refuse("field_value", facts, pointer);
  }
  if (limits.length > maximumFieldLength) {
    return refuse("field_value", { field, problem: "too_long", ...limits }, pointer);
  }
  return accept(value);
}
