import { neon, neonConfig } from "@neondatabase/serverless";
import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Admission } from "./admission.ts";
import { breakdownOf } from "./breakdown.ts";
import type { Caller } from "./caller.ts";
import { graceSeconds, roleSettings, statementSeconds } from "./time-limits.ts";
import { textTypes } from "./types.ts";

/** What a client counts for one HTTP request. */
export interface Timings {
  requests: number;
  /** Spent waiting, in milliseconds. */
  milliseconds: number;
}

export interface DatabaseOptions {
  readonly databaseUrl: string;
  /** Address of the SQL-over-HTTP endpoint; undefined: the driver's own rule from the host. */
  readonly sqlEndpoint: string | undefined;
  readonly timings: Timings;
  /** Lets statements go in turn; without it they go at once. */
  readonly admission?: Admission;
}

/** What a database that answers says of itself and of the Worker's role. */
export interface Pulse {
  /** Whether it ends by itself what takes too long. */
  readonly endsStatements: boolean;
  /** Whether the policies that keep tenants apart hold the role, so that it cannot do without them. */
  readonly holdsRole: boolean;
  /** Whether it takes no writes. */
  readonly onlyReads: boolean;
}

/**
 * The database over HTTP. Every statement is one round trip and one transaction, and is safe to send
 * twice: reads, and calls that carry an idempotency key, a cursor or a whole new state. So what breaks
 * on the way is tried again. Rejects with a `Failure`.
 */
export interface Database {
  /** A statement that writes, most often one function call. The database undoes it after `seconds`. */
  write<Row>(statement: SQL, seconds?: number): Promise<Row[]>;
  /**
   * A select of what is of no tenant: a call of a function that reads across them, or one of which it does
   * not matter how often it is carried out. `seconds` is how long it may take.
   */
  read<Row>(statement: SQL, seconds?: number): Promise<Row[]>;
  /** A select of a tenant's rows without a caller. */
  readOf<Row>(tenant: string, statement: SQL): Promise<Row[]>;
  /** A select for a caller, whose key is checked first in the same transaction. Rows come as JSON. */
  readFor<Row>(caller: Caller, statement: SQL): Promise<Row[]>;
  /** The same; rows come as those of other selects do, which is cheaper where one holds much text. */
  readRowsFor<Row>(caller: Caller, statement: SQL): Promise<Row[]>;
  /** From here on statements stand in this tenant's line, instead of the one of callers yet unknown. */
  standInLineOf(tenant: string): void;
  /** Resolves when the database answers and the Worker's role may do there what every call does. */
  ping(): Promise<Pulse>;
}

const dialect = new PgDialect({ casing: "snake_case" });

/** How long the Worker waits for a statement, all its tries together, in seconds. */
const patience = statementSeconds + graceSeconds;

/** Pauses before another try, in milliseconds. */
const pauses = [40, 160, 640];

export function openDatabase(options: DatabaseOptions): Database {
  const { databaseUrl, sqlEndpoint, timings, admission } = options;
  if (sqlEndpoint !== undefined) neonConfig.fetchEndpoint = sqlEndpoint;
  const client = neon(databaseUrl, {
    types: textTypes,
    fullResults: false,
    disableWarningInBrowsers: true,
  });

  /** The tenant in whose line statements stand; of callers yet unknown, none. */
  let line = "";

  /** Sends statements when it is their turn. */
  async function send<Row>(
    statements: readonly SQL[],
    seconds: number,
    writes: boolean,
  ): Promise<Row[]> {
    if (admission === undefined) return exchange(statements, seconds, writes);
    return admission.admit(line, seconds * 1000, async () => exchange(statements, seconds, writes));
  }

  /** Sends statements as one transaction in one round trip; answers with the rows of the last. */
  async function exchange<Row>(
    statements: readonly SQL[],
    seconds: number,
    writes: boolean,
  ): Promise<Row[]> {
    const queries = statements.map((statement) => dialect.sqlToQuery(statement));
    const fetchOptions = { signal: AbortSignal.timeout(seconds * 1000) };
    for (let tries = 0; ; tries += 1) {
      const began = performance.now();
      timings.requests += 1;
      try {
        const sent = queries.map(({ sql: text, params }) =>
          client.query(text, params, { fetchOptions }),
        );
        const rows =
          sent.length === 1
            ? await sent[0]
            : (await client.transaction(sent, { fetchOptions })).at(-1);
        // The shape of a row is what the statement's select list says.
        return rows as Row[];
      } catch (error) {
        const breakdown = breakdownOf(error, writes);
        const pause = pauses[tries];
        if (!breakdown.worthRepeating || pause === undefined) throw breakdown.failure;
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      } finally {
        timings.milliseconds += performance.now() - began;
      }
    }
  }

  const readRowsFor = async <Row>(caller: Caller, statement: SQL): Promise<Row[]> =>
    send([sql`SELECT caller_v1(${callerOf(caller)})`, statement], patience, false);

  return {
    write: async (statement, seconds = statementSeconds) => {
      const limited = seconds === statementSeconds ? [] : [statementLimit(seconds)];
      return send([...limited, statement], seconds + graceSeconds, true);
    },
    read: async (statement, seconds = patience) => send([statement], seconds, false),
    readOf: async (tenant, statement) =>
      send([sql`SELECT enter_tenant(${tenant}::text)`, statement], patience, false),
    readFor: async <Row>(caller: Caller, statement: SQL) => {
      const [row] = await readRowsFor<{ rows: Row[] }>(
        caller,
        sql`SELECT coalesce(json_agg(q), '[]') AS rows FROM (${statement}) AS q`,
      );
      return row?.rows ?? [];
    },
    readRowsFor,
    standInLineOf(tenant) {
      line = tenant;
    },
    ping: async () => {
      const [row] = await send<Pulse>([pulse], 2, false);
      if (row === undefined) throw new Error("A select without FROM gave no row.");
      return row;
    },
  };
}

/** The database's limit for the statement behind it in the same transaction. */
function statementLimit(seconds: number): SQL {
  return sql`SELECT set_config('statement_timeout', ${`${seconds}s`}::text, true)`;
}

/**
 * The time-outs are settings of the role, on which its statements rely. The owner of a table is held by its
 * policies, but may take them away. Like every call, this needs the functions that the role was granted.
 */
const pulse = sql`
  SELECT (SELECT bool_and(current_setting(name) <> '0')
          FROM unnest(${textArray(Object.keys(roleSettings))}::text[]) AS name) AS "endsStatements",
         (SELECT row_security_active(oid) AND NOT pg_has_role(relowner, 'MEMBER')
          FROM pg_class WHERE oid = 'public.ledger'::regclass) AS "holdsRole",
         current_setting('transaction_read_only') = 'on' AS "onlyReads"
  FROM (SELECT count(*) FROM identify_v1(''::bytea)) AS granted`;

/** The two arguments with which every function begins that a caller calls. */
export function callerOf({ tenant, digest, scopes, touches, address, requestId }: Caller): SQL {
  return sql`ROW(${bytes(digest)}, ${textArray(scopes)}::api_scope[],
                 ${textArray(touches.sequences)}::text[], ${textArray(touches.products)}::text[],
                 ${touches.record ?? null}::uuid, ${address}::text, ${requestId}::text)::caller,
             ${tenant}::text`;
}

/** Texts as Postgres writes an array of them, for a parameter with a cast; null for none. */
export function textArray(texts: readonly string[] | null): string | null {
  if (texts === null) return null;
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** Bytes given in hex. */
export function bytes(hex: string): SQL {
  return sql`decode(${hex}::text, 'hex')`;
}

/**
 * What a request asks for, to tell its repetition from another with the same key: the text of it, whose
 * SHA-256 the database takes, or that digest in hex. The same text has the same digest either way.
 */
export type Fingerprint = { readonly text: string } | { readonly digest: string };

/** The repeat-safe identity of an idempotent call. */
export interface Idempotency {
  /** The caller's key, unquoted: 1 to 255 printable ASCII characters. */
  readonly key: string;
  readonly fingerprint: Fingerprint;
}

/** A fingerprint's digest as an expression. */
export function digestOf(fingerprint: Fingerprint): SQL {
  return "text" in fingerprint
    ? sql`sha256(convert_to(${fingerprint.text}::text, 'UTF8'))`
    : bytes(fingerprint.digest);
}

/** The four arguments with which every idempotent function begins. */
export function callOf(caller: Caller, idempotency: Idempotency): SQL {
  return sql`${callerOf(caller)}, ${idempotency.key}::text, ${digestOf(idempotency.fingerprint)}`;
}
