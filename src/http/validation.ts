import type { Context } from "hono";
import type { z } from "zod";
import type { FieldError } from "../errors.ts";
import { fail, quoted } from "../errors.ts";
import type { AppEnv } from "./context.ts";
import { jsonPointer } from "./json/pointer.ts";

type Issue = z.core.$ZodIssue;

/** What the schemas' check of one part of a request came to. */
type Checked = {
  readonly target: string;
  /** What was checked, as the validator hands it on. */
  readonly data?: unknown;
} & ({ readonly success: true } | { readonly success: false; readonly error: z.ZodError });

/** How many wrong places an answer lists. */
const listedErrors = 100;

/**
 * The app's hook behind every schema: turns what zod found into `request_invalid` with one sentence
 * for every wrong place. A path parameter that can name nothing is a 404, but for PUT, which would
 * have made it.
 */
export function refuseInvalid(result: Checked, c: Context<AppEnv>): undefined {
  if (result.success) return undefined;
  const problems = withoutEchoes(result.error.issues).flatMap((issue) =>
    explained(issue, [], result.data),
  );
  const [first] = problems;
  if (result.target === "param" && c.req.method !== "PUT" && first !== undefined) {
    fail("path_names_nothing", { parameter: label(first.path), reason: first.detail });
  }
  const errors = problems.slice(0, listedErrors).map((problem) => located(problem, result.target));
  return fail("request_invalid", { problems: problems.length }, { errors });
}

/** Without what is said of a value's size where its type is wrong already: a text's length is no list's. */
function withoutEchoes(issues: readonly Issue[]): readonly Issue[] {
  const mistyped = new Set(
    issues.filter(({ code }) => code === "invalid_type").map(({ path }) => jsonPointer(path)),
  );
  return issues.filter(
    ({ code, path }) => code === "invalid_type" || !mistyped.has(jsonPointer(path)),
  );
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  readonly code: string;
}

const places = { param: "path", query: "query", header: "header", cookie: "cookie" } as const;

function located({ path, detail, code }: Problem, target: string): FieldError {
  if (target !== "param" && target !== "query" && target !== "header" && target !== "cookie") {
    return { pointer: jsonPointer(path), detail, code };
  }
  return { parameter: path.map(String).join("."), in: places[target], detail, code };
}

/** The sentences for one issue; `base` is where the value that was checked stands in the request. */
function explained(issue: Issue, base: readonly PropertyKey[], data: unknown): Problem[] {
  const path = [...base, ...issue.path];
  const value = valueAt(data, issue.path);
  const name = label(path);
  const one = (detail: string, code: string = issue.code): Problem[] => [{ path, detail, code }];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      detail: `${label([...path, key])} is not known here. Remove it, or correct its spelling.`,
      code: "unknown_field",
    }));
  }
  if (issue.code === "invalid_key") {
    const key = issue.path.at(-1);
    return issue.issues.map((inner) => ({
      path,
      detail: told(inner, `The name of ${name}`, key),
      code: inner.code ?? issue.code,
    }));
  }
  if (issue.code === "invalid_element") {
    return issue.issues.flatMap((inner) => explained(inner, path, value));
  }
  if (value === undefined && isMissing(data, issue.path)) {
    return one(missing(name, issue), "missing_field");
  }
  if (issue.code === "invalid_union" && isStandard(issue)) {
    return explainedUnion(issue, path, value);
  }
  return one(told(issue, name, value));
}

/** The sentence for an issue that has no further ones inside; `name` is what the sentence is about. */
function told(issue: Issue, name: string, value: unknown): string {
  if (!isStandard(issue)) return sentence(name, issue.message);
  switch (issue.code) {
    case "invalid_type":
      return `${name} must be ${typeName(issue.expected)}; ${given(value)} was given.`;
    case "too_small":
    case "too_big":
      return `${name} ${bound(issue)}; ${givenSize(issue.origin, value)}.`;
    case "invalid_value":
      return `${name} must be ${choices(issue.values)}; ${given(value)} was given.`;
    case "not_multiple_of":
      return `${name} must be a multiple of ${issue.divisor}; ${given(value)} was given.`;
    case "invalid_format":
      return `${name} must be ${formatName(issue)}; ${given(value)} was given.`;
    case "custom":
    case "invalid_key":
    case "invalid_element":
    case "invalid_union":
    case "unrecognized_keys":
      return sentence(name, issue.message);
  }
}

/** A rule over several fields says itself what is missing; a field's own message says what to give. */
function missing(name: string, issue: Issue): string {
  if (isStandard(issue)) return `${name} is missing. ${wanted(issue)}`;
  if (issue.code === "custom") return sentence(name, issue.message);
  return `${name} is missing. ${issue.message}`;
}

/** A union says what its nearest branch misses: the one with the fewest issues. */
function explainedUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: readonly PropertyKey[],
  value: unknown,
): Problem[] {
  const nearest = [...issue.errors].toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) {
    const options = "options" in issue && issue.options ? choices(issue.options) : "another value";
    const key = "discriminator" in issue && issue.discriminator ? [issue.discriminator] : [];
    const detail = `${label([...path, ...key])} must be ${options}.`;
    return [{ path: [...path, ...key], detail, code: issue.code }];
  }
  const types = issue.errors.map((branch) => branch[0]);
  const alone = types.every((first) => first?.code === "invalid_type" && first.path.length === 0);
  if (alone) {
    const names = types.map((first) =>
      first?.code === "invalid_type" ? typeName(first.expected) : "",
    );
    const detail = `${label(path)} must be ${[...new Set(names)].join(" or ")}; ${given(value)} was given.`;
    return [{ path, detail, code: "invalid_type" }];
  }
  return nearest.flatMap((inner) => explained(inner, path, value));
}

function distance(issues: readonly Issue[]): number {
  let sum = 0;
  for (const issue of issues) {
    sum += issue.code === "unrecognized_keys" ? issue.keys.length : 1;
    if (issue.code === "invalid_type" && issue.path.length === 0) sum += 1000;
  }
  return sum;
}

/** `items[3].count`, or `The body` for the whole. */
function label(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "The request";
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(String(step))) {
      text += `${text === "" ? "" : "."}${String(step)}`;
    } else text += `[${quoted(String(step))}]`;
  }
  return text;
}

/** A schema's own message goes behind the field's name, and ends as a sentence. */
function sentence(name: string, message: string): string {
  const text = message.trim() === "" ? "cannot be used" : message.trim();
  return `${name} ${text}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** Whether the message is zod's own and not one that the schema states. */
function isStandard(issue: Issue): boolean {
  if (issue.code === "custom") return issue.message === "Invalid input";
  return /^(Invalid |Too (big|small)|Unrecognized |Expected )/.test(issue.message);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    // Just checked to be an object that has the member.
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function isMissing(data: unknown, path: readonly PropertyKey[]): boolean {
  return path.length > 0 && typeof valueAt(data, path.slice(0, -1)) === "object";
}

function wanted(issue: Issue): string {
  if (issue.code === "invalid_type") return `Give ${typeName(issue.expected)}.`;
  if (issue.code === "invalid_value") return `Give ${choices(issue.values)}.`;
  return "Give it.";
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  never: "left out",
};

function typeName(expected: string): string {
  return typeNames[expected] ?? expected;
}

function given(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the string ${quoted(value)}`;
  return value === undefined ? "nothing" : quoted(value);
}

function choices(values: readonly unknown[]): string {
  const texts = values.map((value) => quoted(value));
  if (texts.length === 1) return texts[0] ?? "";
  return `one of ${texts.join(", ")}`;
}

type Bound = Extract<Issue, { code: "too_small" | "too_big" }>;

function bound(issue: Bound): string {
  const least = issue.code === "too_small";
  const limit = String(least ? issue.minimum : issue.maximum);
  const side = issue.exact === true ? "exactly" : least ? "at least" : "at most";
  const unit = units[issue.origin];
  if (unit !== undefined) return `must have ${side} ${limit} ${unit}${limit === "1" ? "" : "s"}`;
  if (issue.inclusive === false) return `must be ${least ? "more than" : "less than"} ${limit}`;
  return `must be ${side} ${limit}`;
}

const units: Readonly<Record<string, string>> = {
  string: "character",
  array: "element",
  set: "element",
  record: "member",
  object: "member",
};

function givenSize(origin: string, value: unknown): string {
  if (origin === "string" && typeof value === "string") return `it has ${value.length}`;
  if (Array.isArray(value)) return `it has ${value.length}`;
  if (typeof value === "object" && value !== null) return `it has ${Object.keys(value).length}`;
  return `${given(value)} was given`;
}

function formatName(issue: Extract<Issue, { code: "invalid_format" }>): string {
  if (issue.format === "regex" && issue.pattern !== undefined) {
    return `of the form ${issue.pattern}`;
  }
  return `of the form ${issue.format}`;
}
