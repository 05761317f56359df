import { z } from "@hono/zod-openapi";
import type { LeastQuantity } from "../domain/lots/quantity.ts";
import { readQuantity } from "../domain/lots/quantity.ts";
import { maximumFieldLength, maximumNumber } from "../domain/patterns/pattern.ts";
import { greatestIncrement } from "../domain/sequences/increment.ts";
import { quoted } from "../errors.ts";
import { whenMissing } from "./schemas/missing.ts";

/** The greatest counter value. */
export const greatestNumber = maximumNumber;

/** The most numbers or lots that one request may ask for. */
export const greatestCount = 10_000_000;

type Reading<Value> = { readonly value: Value } | { readonly refusal: string };

/** A whole number from a JSON number or a decimal string; anything else is refused with a reason. */
function readWhole(given: unknown): Reading<bigint> {
  if (typeof given === "number") {
    if (!Number.isInteger(given)) return { refusal: `must be a whole number, not ${given}.` };
    if (!Number.isSafeInteger(given)) {
      return {
        refusal:
          "is a JSON number beyond 9007199254740991, where digits get lost. Send it as a string of digits.",
      };
    }
    return { value: BigInt(given) };
  }
  if (typeof given !== "string") {
    return { refusal: `must be a whole number or a string of digits, not ${kind(given)}.` };
  }
  if (/^-?(?:0|[1-9]\d{0,29})$/.test(given) && given !== "-0") return { value: BigInt(given) };
  if (/^0\d+$/.test(given)) {
    return { refusal: `must be written without leading zeros, not ${quoted(given)}.` };
  }
  return {
    refusal: `must be a whole number in plain digits, such as "42", not ${quoted(given)}.`,
  };
}

function kind(given: unknown): string {
  if (given === null) return "null";
  if (Array.isArray(given)) return "a list";
  return typeof given === "object" ? "an object" : quoted(given);
}

function wholeNumber(least: bigint | number, greatest: bigint | number): string {
  return `a whole number from ${least} to ${greatest}`;
}

function whole(least: bigint, greatest: bigint) {
  return (given: unknown): Reading<bigint> => {
    const reading = readWhole(given);
    if ("refusal" in reading) return reading;
    if (reading.value < least || reading.value > greatest) {
      return { refusal: `must be ${least} to ${greatest}, not ${reading.value}.` };
    }
    return reading;
  };
}

/**
 * A schema over a reading function, so that every refusal is one sentence of ours. `wanted` says what
 * to give where it is missing.
 */
function reads<Value>(read: (given: unknown) => Reading<Value>, wanted: string) {
  return z
    .union([z.string(), z.number()], { error: refusalOf(read, wanted) })
    .transform((given, context) => {
      const reading = read(given);
      if ("value" in reading) return reading.value;
      context.addIssue({ code: "custom", message: reading.refusal });
      return z.NEVER;
    });
}

function refusalOf<Value>(read: (given: unknown) => Reading<Value>, wanted: string) {
  return (issue: { readonly input?: unknown }): string | undefined => {
    if (issue.input === undefined) return whenMissing(wanted).error(issue);
    const reading = read(issue.input);
    return "refusal" in reading ? reading.refusal : undefined;
  };
}

/** A counter value in: a decimal string or a whole number, 0 to 999999999999999999; a bigint out. */
export const counterInput = reads(
  whole(0n, greatestNumber),
  wholeNumber(0n, greatestNumber),
).openapi({
  type: ["string", "integer"],
  pattern: "^(0|[1-9][0-9]{0,17})$",
  description: "A counter value, 0 to 999999999999999999, as a decimal string or a whole number.",
  example: "1",
});

/** An increment in: 1 to 1000000000; a bigint out. */
export const incrementInput = reads(
  whole(1n, greatestIncrement),
  wholeNumber(1n, greatestIncrement),
).openapi({
  type: ["string", "integer"],
  pattern: "^[1-9][0-9]{0,9}$",
  description: "A step, 1 to 1000000000, as a decimal string or a whole number.",
  example: "1",
});

/** A counter value out: a decimal string. */
export const counterOutput = z.string().openapi({
  pattern: "^(0|[1-9][0-9]{0,17})$",
  description: "A counter value, as a decimal string.",
  example: "1",
});

/** A count in: a whole number or decimal string, 1 to `most`; a number out. */
export function countInput(most: number = greatestCount) {
  return reads(
    (given): Reading<number> => {
      const reading = whole(1n, BigInt(most))(given);
      return "refusal" in reading ? reading : { value: Number(reading.value) };
    },
    wholeNumber(1, most),
  ).openapi({
    type: ["integer", "string"],
    minimum: 1,
    maximum: most,
    description: `How many, 1 to ${most}, as a whole number or a decimal string.`,
    example: 1,
  });
}

function readField(given: unknown): Reading<string> {
  if (typeof given === "string") {
    if (given.length <= maximumFieldLength) return { value: given };
    return {
      refusal: `must have at most ${maximumFieldLength} characters; it has ${given.length}.`,
    };
  }
  if (typeof given !== "number" || !Number.isInteger(given)) {
    return { refusal: `must be a text or a whole number, not ${kind(given)}.` };
  }
  const reading = readWhole(given);
  return "refusal" in reading ? reading : { value: String(reading.value) };
}

/** The value of a document's field in: a text, or a whole number for its digits; a text out. */
export const fieldInput = reads(readField, "a text or a whole number").openapi({
  type: ["string", "integer"],
  maxLength: maximumFieldLength,
  description: "A text of letters, digits and underscores, or a whole number, which is its digits.",
});

/** `least` says what the smallest is in a sentence: "above 0", or "of 0 or more". */
function quantityOf(given: unknown, least: LeastQuantity): Reading<string> {
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text !== "string") {
    return { refusal: `must be a decimal number or string, not ${kind(given)}.` };
  }
  return readQuantity(text, least);
}

/**
 * A quantity in: a decimal string or number above 0 and below 10^12, up to 6 digits behind the point;
 * out the same as a decimal string without needless zeros.
 */
export const quantityInput = reads(
  (given) => quantityOf(given, "above 0"),
  "a quantity above 0, such as 12.5",
).openapi({
  type: ["string", "number"],
  description: "A quantity above 0, up to 6 decimals, as a decimal string or a number.",
  example: "1",
});

/** The same for a quantity that may be used up: 0 or more. */
export const quantityLeftInput = reads(
  (given) => quantityOf(given, "of 0 or more"),
  "a quantity of 0 or more, such as 12.5",
).openapi({
  type: ["string", "number"],
  description: "A quantity of 0 or more, up to 6 decimals, as a decimal string or a number.",
  example: "1",
});

/** A quantity out: a decimal string. */
export const quantityOutput = z.string().openapi({
  pattern: "^(0|[1-9][0-9]*)(\\.[0-9]{1,6})?$",
  description: "A quantity, as a decimal string.",
  example: "1",
});

/** How many rows a page may have, and has without `limit`. */
export const pageLimits = { most: 1000, default: 100 } as const;

const pageLimit = reads(
  (given): Reading<number> => {
    const reading = whole(1n, BigInt(pageLimits.most))(given);
    return "refusal" in reading ? reading : { value: Number(reading.value) };
  },
  wholeNumber(1, pageLimits.most),
)
  .default(pageLimits.default)
  .openapi({
    type: "integer",
    minimum: 1,
    maximum: pageLimits.most,
    default: pageLimits.default,
    description: "Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches.",
    example: 100,
  });

/** The query parameters of every list, to be spread into its strict query schema. */
export const pageQuery = {
  limit: pageLimit,
  cursor: z
    .string()
    .max(2048)
    .optional()
    .openapi({ description: "The next_cursor of the page before, with the same filters." }),
  raw: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .openapi({
      type: "boolean",
      default: false,
      description: "CSV only: true leaves out the guard against spreadsheet formulas.",
    }),
};

/** What a page query reads as. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly raw: boolean;
}
