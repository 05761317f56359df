/** One line of the log, as JSON. */
export type LogEntry = Readonly<Record<string, unknown>>;

/** Built-in errors whose message is about the program and not about data. */
const plainErrors = new Set(["TypeError", "RangeError", "ReferenceError", "SettingsError"]);

/** How many causes are followed. */
const causeLimit = 5;

/**
 * What may be logged of an exception: the classes along `.cause`, the SQLSTATE, the name of the
 * constraint and the stack's places. Messages are left out, since a database error's message can
 * hold SQL, parameters or a connection string; those of programming errors are kept without
 * addresses and keys.
 */
export function describeError(error: unknown): LogEntry {
  const classes: string[] = [];
  let sqlstate: string | undefined;
  let constraint: string | undefined;
  let message: string | undefined;
  let places: string[] = [];
  let current = error;
  for (let depth = 0; depth < causeLimit && current instanceof Error; depth += 1) {
    classes.push(current.name);
    const code = "code" in current ? current.code : undefined;
    if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) sqlstate ??= code;
    if ("constraint" in current && typeof current.constraint === "string") {
      constraint ??= current.constraint;
    }
    if (plainErrors.has(current.name)) message ??= withoutSecrets(current.message);
    if (places.length === 0) places = stackPlaces(current.stack);
    current = current.cause;
  }
  return {
    error: classes.length === 0 ? typeof error : classes.join(" < "),
    ...(sqlstate === undefined ? {} : { sqlstate }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(message === undefined ? {} : { message }),
    places,
  };
}

/** Writes one line for an operator. */
export function logError(entry: LogEntry): void {
  console.error(JSON.stringify({ level: "error", ...entry }));
}

function withoutSecrets(text: string): string {
  return text.replace(/\w+:\/\/\S+/g, "[address]").replace(/smk_\w+/g, "[key]");
}

function stackPlaces(stack: string | undefined): string[] {
  return (stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}
