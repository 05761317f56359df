/** Stands in a JSON value for a text that is written as it is, such as `1e400` or `NaN`. */
export class Literal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Stands in a JSON value for an object whose members are written in order, also twice. */
export class Members {
  readonly entries: readonly (readonly [string, unknown])[];
  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

/** The JSON text of a value; unlike JSON.stringify it writes half pairs as they were meant, escaped. */
export function jsonText(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (value instanceof Members) return members(value.entries);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "object" && value !== null) return members(Object.entries(value));
  return JSON.stringify(value ?? null);
}

function members(entries: readonly (readonly [string, unknown])[]): string {
  const some = entries.filter(([, value]) => value !== undefined);
  return `{${some.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",")}}`;
}
