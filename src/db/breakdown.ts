import { NeonDbError } from "@neondatabase/serverless";
import type { Failure } from "../errors.ts";
import { failure, failureFromFacts } from "../errors.ts";

/** What became of a statement that did not succeed. */
export interface Breakdown {
  readonly failure: Failure;
  /** Whether sending it again may help. */
  readonly worthRepeating: boolean;
}

/** The SQLSTATE of `fail()` in the store: message is the code, detail its facts as JSON. */
const refusal = "SM001";

/** Rolled back by the database in favour of somebody else: serialisation, deadlock. */
const yielded = new Set(["40001", "40P01"]);

/** Waited for a lock as long as it may. */
const outOfPatience = "55P03";

/**
 * Functions that wait in line for a series or for the day of a key's quota, and the table of series, in the trace
 * of what the database was doing.
 */
const inLineForNumbers =
  /relation "series"|\b(?:wait_for_series|lock_counter|hold_counter|draw_from_counter|take_numbers)\(/;

/** Cancelled for its time: statement, lock or idle timeout. */
const timedOut = new Set(["57014", "25P03", "25P04"]);

/**
 * Says that the server cannot serve now, in classes of SQLSTATE and single ones: connection, resources,
 * intervention, the system beneath it, a server that only reads, such as one that is about to be replaced,
 * a role that may not connect, and a database that is not there.
 */
const notServing = ["08", "53", "57", "58", "25006", "28", "3D000"];

/** Of these what is not over in a second: disk full, out of memory, a limit of the settings, and the last four. */
const lasting = ["53100", "53200", "53400", "58", "25006", "28", "3D000"];

/** A right that is missing. */
const denied = "42501";

/** What a statement names and the role may not use, or that is not there: a table, a function. */
const lacking: ReadonlySet<string | undefined> = new Set([denied, "42P01", "42883"]);

/** What an operator has to mend who sees it in the log, by class of SQLSTATE or single one. */
const remedies = [
  [
    "28",
    "The role in DATABASE_URL may not connect: see whether it is there, its LOGIN and its password.",
  ],
  ["3D000", "The server has no database of the name that DATABASE_URL has."],
  ["42P01", "The database lacks a table: npm run migrate makes it."],
  ["42883", "The database lacks a function: npm run migrate makes it."],
  [
    "25006",
    "The database only reads: see whether it is a replica, and default_transaction_read_only.",
  ],
] as const;

/** The constraint of the ledger that no number is given twice, and the SQLSTATE of its breach. */
const givenTwice = { code: "23P01", constraint: "ledger_number_once" };

/**
 * Reads a driver's error. A network failure, or an answer without a SQLSTATE, leaves open whether a
 * write was carried out.
 */
export function breakdownOf(error: unknown, writes: boolean): Breakdown {
  const told = databaseError(error);
  const code = told?.code;
  if (told !== undefined && code !== undefined && code !== "") {
    if (code === refusal) {
      const refused = failureFromFacts(told.message, parsed(told.detail), { cause: error });
      if (refused !== undefined) return { failure: refused, worthRepeating: false };
    }
    if (code === outOfPatience) {
      const held = inLineForNumbers.test(told.where ?? "") ? "sequence_busy" : "record_busy";
      return { failure: failure(held, {}, { cause: error }), worthRepeating: false };
    }
    if (timedOut.has(code)) {
      return { failure: failure("database_slow", {}, { cause: error }), worthRepeating: false };
    }
    const remedy = remedyOf(told);
    if (isShutOut(told)) {
      const unavailable = failure("database_unavailable", {}, { cause: error, remedy });
      return { failure: unavailable, worthRepeating: false };
    }
    if (yielded.has(code) || notServing.some((kind) => code.startsWith(kind))) {
      const unavailable = failure("database_unavailable", {}, { cause: error, remedy });
      return {
        failure: unavailable,
        worthRepeating: !lasting.some((kind) => code.startsWith(kind)),
      };
    }
    if (code === givenTwice.code && told.constraint === givenTwice.constraint) {
      const behind = failure("counter_behind_ledger", {}, { cause: error });
      return { failure: behind, worthRepeating: false };
    }
    const unforeseen = failure("internal_error", {}, { cause: error, remedy });
    return { failure: unforeseen, worthRepeating: false };
  }
  if (isTimeout(error)) {
    const slow = writes ? "outcome_unknown" : "database_slow";
    return { failure: failure(slow, {}, { cause: error }), worthRepeating: false };
  }
  const lost = writes ? "outcome_unknown" : "database_unavailable";
  return { failure: failure(lost, {}, { cause: error }), worthRepeating: true };
}

/** The SQLSTATE behind a failure, if the database gave one that is not of our own refusals. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = databaseError(error)?.code;
  return code === refusal ? undefined : code;
}

/** What an operator has to mend, where the database's error tells. */
function remedyOf(told: NeonDbError): string | undefined {
  if (told.code === denied && isShutOut(told)) {
    return "The role in DATABASE_URL may not do what the Worker does: GRANT serialmint_app TO it.";
  }
  return remedies.find(([kind]) => told.code?.startsWith(kind) === true)?.[1];
}

/**
 * Whether the Worker's role lacks a right to what its statement names, or that is not there. What is missing within
 * a function, which runs as another role, is a fault of ours: then the database was working on something.
 */
function isShutOut({ code, where }: NeonDbError): boolean {
  return lacking.has(code) && (where ?? "") === "";
}

function databaseError(error: unknown): NeonDbError | undefined {
  for (const one of chain(error)) if (one instanceof NeonDbError) return one;
  return undefined;
}

function isTimeout(error: unknown): boolean {
  for (const one of chain(error)) {
    if (one instanceof Error && (one.name === "TimeoutError" || one.name === "AbortError"))
      return true;
  }
  return false;
}

/** The error, what caused it, and what the driver wrapped. */
function* chain(error: unknown): Generator {
  let one = error;
  for (let depth = 0; depth < 5 && one !== undefined && one !== null; depth += 1) {
    yield one;
    if (one instanceof NeonDbError && one.sourceError !== undefined) one = one.sourceError;
    else one = one instanceof Error ? one.cause : undefined;
  }
}

function parsed(detail: string | undefined): unknown {
  try {
    return JSON.parse(detail ?? "{}");
  } catch {
    return {};
  }
}
