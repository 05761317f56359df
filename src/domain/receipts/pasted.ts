import { failureOfRefusal, quoted } from "../../errors.ts";
import { lotLimits } from "../lots/limits.ts";
import { continueFrom } from "../patterns/continue.ts";
import { checkName } from "../patterns/names.ts";
import type { Pattern } from "../patterns/pattern.ts";
import { render } from "../patterns/render.ts";

/** A lot as a pasted text has it. */
export interface PastedLot {
  readonly name: string;
  /** Decimal string. */
  readonly quantity: string | null;
  /** YYYY-MM-DD */
  readonly expires_on: string | null;
}

/** The lots of a text, or the first line (from 1) that cannot be read and a sentence that says why. */
export type Pasted =
  | { readonly lots: readonly PastedLot[] }
  | { readonly line: number; readonly reason: string };

type Read<Value> = { readonly value: Value } | { readonly reason: string };

/**
 * Reads a text that was pasted from a sheet: one lot a line, blank lines dropped. A semicolon or tab
 * separates the name from a quantity and an expiry date, which may be left out; spaces around the parts
 * are dropped (Odoo's lot text, with its whole-line names refused). `SN-01::10` is the range SN-01 to
 * SN-10 (ERPNext's serial dialog), whose counter is that of `pattern` when it reads the first name,
 * else its last run of digits. A line with `::` that is no range is a slip, and refused.
 */
export function readPasted(text: string, pattern: Pattern | null): Pasted {
  const lots: PastedLot[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line, pattern, lotLimits.names - lots.length);
    if ("reason" in read) return { line: index + 1, reason: read.reason };
    lots.push(...read.value);
  }
  return { lots };
}

function readLine(line: string, pattern: Pattern | null, room: number): Read<PastedLot[]> {
  const [label = "", ...parts] = line.split(/[;\t]/).map((part) => part.trim());
  if (label === "") return { reason: "It has no name before the first semicolon or tab." };
  const extras = readExtras(parts.filter((part) => part !== ""));
  if ("reason" in extras) return extras;
  const names = readNames(label, pattern, room);
  if ("reason" in names) return names;
  return { value: names.value.map((name) => ({ name, ...extras.value })) };
}

/** Quantity and expiry date, each once at the most, in either order. */
function readExtras(parts: readonly string[]): Read<Omit<PastedLot, "name">> {
  let quantity: string | null = null;
  let expires: string | null = null;
  for (const part of parts) {
    if (isDay(part) && expires === null) expires = part;
    else if (isQuantity(part) && quantity === null) {
      quantity = part.includes(".") ? part.replace(/\.?0+$/, "") : part;
    } else {
      const again = isDay(part) ? "a second date" : isQuantity(part) ? "a second quantity" : null;
      return {
        reason:
          again === null
            ? `${quoted(part)} is neither a quantity such as 2.5 nor a day that exists such as 2026-11-21.`
            : `${quoted(part)} is ${again}. Give a name, a quantity and an expiry date.`,
      };
    }
  }
  return { value: { quantity, expires_on: expires } };
}

/** More than 0 and below 10^12, with up to 6 digits behind the point. */
function isQuantity(part: string): boolean {
  return /^(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?$/.test(part) && /[1-9]/.test(part);
}

function isDay(part: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(part) || part < "0001-01-01") return false;
  const moment = new Date(`${part}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(part);
}

function readNames(label: string, pattern: Pattern | null, room: number): Read<string[]> {
  const at = label.lastIndexOf("::");
  const [first, end] = [label.slice(0, at).trim(), label.slice(at + 2).trim()];
  if (at === -1) return checked(label, room);
  const begin = continueFrom(first, 1, pattern);
  if (!begin.ok) return { reason: failureOfRefusal(begin).detail };
  if (!/^\d{1,18}$/.test(end) || !/\d/.test(first) || first.includes("::")) {
    return {
      reason:
        `${quoted(label)} is no range. Give a first name and the last number alone, such as SN-01::10; ` +
        "a name that has :: in it is given in lots.",
    };
  }
  const count = BigInt(end) - begin.value.first + 1n;
  if (count < 1n) {
    return {
      reason: `The range ${quoted(label)} ends before it begins. Give a higher last number.`,
    };
  }
  if (count > room) return tooMany();
  const whole = continueFrom(first, Number(count), pattern);
  if (!whole.ok) return { reason: failureOfRefusal(whole).detail };
  const { form, first: number } = whole.value;
  return {
    value: Array.from({ length: Number(count) }, (_, at) => render(form, number + BigInt(at))),
  };
}

function checked(name: string, room: number): Read<string[]> {
  const result = checkName(name);
  if (!result.ok) return { reason: failureOfRefusal(result).detail };
  return room < 1 ? tooMany() : { value: [name] };
}

function tooMany(): { readonly reason: string } {
  return { reason: `With it the text has more than ${lotLimits.names} names. Split it.` };
}
