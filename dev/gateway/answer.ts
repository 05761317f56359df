import { DatabaseError } from "pg";
import type { StatementResult } from "./exchange.ts";
import type { RequestedStatement, SqlOptions } from "./sql-request.ts";
import { textToJson } from "./text-to-json.ts";

/** The result of one statement in the form that Neon's `/sql` answers. */
export function resultJson(
  { fields, rows, tag }: StatementResult,
  { arrayMode }: RequestedStatement,
  { rawText }: SqlOptions,
): object {
  let shaped: unknown[] = rows;
  if (!rawText) {
    shaped = rows.map((row) =>
      row.map((text, i) => (text === null ? null : textToJson(text, fields[i]?.dataTypeID ?? 0))),
    );
  }
  if (!arrayMode) {
    // The shape of a row was made above: an array with one value for each field.
    shaped = (shaped as unknown[][]).map((row) =>
      Object.fromEntries(fields.map(({ name }, i) => [name, row[i]])),
    );
  }
  return { fields, rows: shaped, ...commandOf(tag), rowAsArray: arrayMode };
}

/** `INSERT 0 3` is command INSERT with 3 rows, `CREATE TABLE` is command CREATE without a count. */
function commandOf(tag: string): { command: string; rowCount: number | null } {
  const words = tag.split(" ");
  const count = words[words[0] === "INSERT" ? 2 : 1];
  return {
    command: words[0] ?? "",
    rowCount: count === undefined || !/^\d+$/.test(count) ? null : Number(count),
  };
}

/** The error fields of Neon's answer, all of them always there. */
const ERROR_FIELDS = [
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "severity",
  "where",
  "table",
  "column",
  "schema",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** An error as the body of an answer: what Postgres said, or the message alone. */
export function errorJson(error: Error): string {
  const body: Record<string, string | null> = { message: error.message };
  const said = error instanceof DatabaseError ? error : null;
  for (const field of ERROR_FIELDS) body[field] = said?.[field] ?? null;
  return JSON.stringify(body);
}

/** Failing to connect is the caller's mistake (400) for a database or a login that is refused. */
export function connectErrorStatus(error: Error): 400 | 500 {
  const code = error instanceof DatabaseError ? error.code : undefined;
  return code === "3D000" || code?.startsWith("28") === true ? 400 : 500;
}
