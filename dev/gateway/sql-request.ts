import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { paramToText } from "./params.ts";
import type { Statement } from "./wire.ts";

/** A statement and whether its rows are wanted as arrays (the header decides where it is silent). */
export interface RequestedStatement extends Statement {
  arrayMode: boolean;
}

/** A read request body: one statement, or a batch that is one transaction. */
export interface SqlRequest {
  batch: boolean;
  statements: readonly RequestedStatement[];
}

/** How the answer is to look, and the transaction of a batch. */
export interface SqlOptions {
  rawText: boolean;
  arrayMode: boolean;
  isolationLevel: string | null;
  readOnly: boolean;
  deferrable: boolean;
}

type Read<T> = { ok: true; value: T } | { ok: false; message: string };

const ISOLATION_LEVELS = new Map([
  ["ReadUncommitted", "READ UNCOMMITTED"],
  ["ReadCommitted", "READ COMMITTED"],
  ["RepeatableRead", "REPEATABLE READ"],
  ["Serializable", "SERIALIZABLE"],
]);

/** Reads the `Neon-...` headers; as with Neon anything but exactly `true` is false. */
export function readOptions(headers: IncomingHttpHeaders): Read<SqlOptions> {
  const level = headers["neon-batch-isolation-level"];
  if (level !== undefined && (typeof level !== "string" || !ISOLATION_LEVELS.has(level))) {
    return { ok: false, message: "invalid isolation level" };
  }
  return {
    ok: true,
    value: {
      rawText: headers["neon-raw-text-output"] === "true",
      arrayMode: headers["neon-array-mode"] === "true",
      isolationLevel: level ?? null,
      readOnly: headers["neon-batch-read-only"] === "true",
      deferrable: headers["neon-batch-deferrable"] === "true",
    },
  };
}

/** The statement that opens a batch's transaction. */
export function beginText({ isolationLevel, readOnly, deferrable }: SqlOptions): string {
  const level = isolationLevel === null ? undefined : ISOLATION_LEVELS.get(isolationLevel);
  return (
    "BEGIN" +
    (level === undefined ? "" : ` ISOLATION LEVEL ${level}`) +
    (readOnly ? " READ ONLY" : "") +
    (deferrable ? " DEFERRABLE" : "")
  );
}

/** Reads the body, `{query, params}` or `{queries: [...]}`. */
export function readBody(body: Buffer, options: SqlOptions): Read<SqlRequest> {
  if (!isUtf8(body)) return unreadable("it is not UTF-8");
  const text = body.toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
  if (typeof json !== "object" || json === null) return unreadable("it is not a JSON object");
  // Only an escape can bring half a surrogate pair, which UTF-8 cannot carry on.
  const mayBeIllFormed = text.includes("\\ud") || text.includes("\\uD");

  if ("query" in json) {
    const statement = readStatement(json, options, mayBeIllFormed);
    if (!statement.ok) return statement;
    return { ok: true, value: { batch: false, statements: [statement.value] } };
  }
  if (!("queries" in json) || !Array.isArray(json.queries)) {
    return unreadable(`it needs "query" with "params", or "queries"`);
  }
  const statements: RequestedStatement[] = [];
  for (const entry of json.queries) {
    const statement = readStatement(entry, options, mayBeIllFormed);
    if (!statement.ok) return statement;
    statements.push(statement.value);
  }
  return { ok: true, value: { batch: true, statements } };
}

function readStatement(
  json: unknown,
  options: SqlOptions,
  mayBeIllFormed: boolean,
): Read<RequestedStatement> {
  if (typeof json !== "object" || json === null || !("query" in json)) {
    return unreadable(`each of "queries" needs "query"`);
  }
  const { query } = json;
  if (typeof query !== "string") return unreadable(`"query" is a text`);
  if (query.includes("\0")) return unreadable(`"query" must not contain a NUL character`);
  if (mayBeIllFormed && !query.isWellFormed()) return loneSurrogate();

  const params: (string | null)[] = [];
  const given = "params" in json ? json.params : [];
  if (!Array.isArray(given)) return unreadable(`"params" is an array`);
  if (given.length > 65_535) return unreadable(`"params" has more than 65535 values`);
  for (const value of given) {
    // JSON.parse has rounded it already, and the caller meant another number.
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return unreadable(`send whole numbers beyond 2^53 as texts`);
    }
    const param = paramToText(value);
    if (mayBeIllFormed && param !== null && !param.isWellFormed()) return loneSurrogate();
    params.push(param);
  }

  let { arrayMode } = options;
  if ("arrayMode" in json && json.arrayMode !== null) {
    if (typeof json.arrayMode !== "boolean") return unreadable(`"arrayMode" is true or false`);
    ({ arrayMode } = json);
  }
  return { ok: true, value: { query, params, arrayMode } };
}

function loneSurrogate(): { ok: false; message: string } {
  return unreadable("a text has half a surrogate pair");
}

function unreadable(why: string): { ok: false; message: string } {
  return { ok: false, message: `could not parse the HTTP request body: ${why}` };
}
