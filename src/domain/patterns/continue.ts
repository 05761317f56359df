import { fits } from "./bind.ts";
import { checkName } from "./names.ts";
import {
  accept,
  maximumCounterWidth,
  maximumNumber,
  refuse,
  type BoundForm,
  type Pattern,
  type Refusal,
  type Result,
} from "./pattern.ts";
import { readName } from "./read.ts";
import { highestNumber } from "./rules.ts";

export type Continuation = {
  readonly form: BoundForm;
  /** The number that renders the first name. */
  readonly first: bigint;
  /** Whether the pattern reads the first name, so that `first` is a number of its sequence. */
  readonly matched: boolean;
};

/**
 * How a row of `count` names goes on from a first name, in steps of 1. When the pattern reads the
 * name its own counter moves. Otherwise the last run of digits moves, its width kept; when there is
 * no digit, a counter is appended that starts at 0, so that the first name is not the given one.
 * The two ways of Odoo's stock module and its product lot sequence add-on.
 *
 * A run of more than 18 digits is counted in its last 18; the digits before stay, and a row that would
 * carry into them is refused.
 *
 * Fails with the codes of `checkName`; `count_out_of_range` {count, minimum} for a count that is
 * not a whole number of 1 or more; `number_overflow` {first, last, maximum}; `name_too_long` when
 * the last name is.
 */
export function continueFrom(
  firstName: string,
  count: number,
  pattern: Pattern | null,
): Result<Continuation> {
  const name = checkName(firstName);
  if (!name.ok) return refuse(name.code, name.facts, "/first_name");
  if (!Number.isSafeInteger(count) || count < 1) {
    return refuse("count_out_of_range", { count: String(count), minimum: 1 }, "/count");
  }
  const steps = BigInt(count) - 1n;
  const read = pattern === null ? null : readName(pattern, firstName);
  if (pattern !== null && read !== null) {
    const last = read.number + steps;
    const highest = highestNumber(pattern);
    if (last > highest) return overflow(read.number, last, highest);
    return fitting({ form: read.form, first: read.number, matched: true }, last);
  }

  const run = /^(.*?)([0-9]+)([^0-9]*)$/su.exec(firstName);
  if (run === null) {
    const form = { prefix: firstName, width: 1, suffix: "" };
    return fitting({ form, first: 0n, matched: false }, steps);
  }
  const [, before = "", digits = "", suffix = ""] = run;
  const width = Math.min(digits.length, maximumCounterWidth);
  const form = { prefix: before + digits.slice(0, -width), width, suffix };
  const first = BigInt(digits.slice(-width));
  const last = first + steps;
  if (last > maximumNumber) return overflow(first, last, maximumNumber);
  return fitting({ form, first, matched: false }, last);
}

function fitting(continuation: Continuation, last: bigint): Result<Continuation> {
  const form = fits(continuation.form, last);
  return form.ok ? accept(continuation) : refuse(form.code, form.facts, "/first_name");
}

function overflow(first: bigint, last: bigint, maximum: bigint): Refusal {
  const facts = { first: String(first), last: String(last), maximum: String(maximum) };
  return refuse("number_overflow", facts, "/first_name");
}
