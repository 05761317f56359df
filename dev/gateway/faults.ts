/**
 * A fault to inject into the requests of one database.
 * - `delay_commit`: what wrote is committed `ms` later, its locks held meanwhile.
 * - `fail`: answered 400 with this SQLSTATE, nothing executed; `"500"` or none: HTTP 500.
 * - `cut_before`: the connection is destroyed, nothing executed.
 * - `cut_after`: executed and committed, then the connection is destroyed.
 * - `hang`: nothing executed, no answer, the connection destroyed after `ms`.
 *
 * `times` counts down the requests it hits (absent: all); `match` restricts it to requests of which
 * a query contains that text.
 */
export type Fault =
  | { kind: "delay_commit"; ms: number; match?: string; times?: number }
  | { kind: "fail"; sqlstate?: string; message?: string; match?: string; times?: number }
  | { kind: "cut_before"; match?: string; times?: number }
  | { kind: "cut_after"; match?: string; times?: number }
  | { kind: "hang"; ms: number; match?: string; times?: number };

const KINDS = "delay_commit, fail, cut_before, cut_after or hang";

/** Reads a fault from JSON; the message of a refusal says what to change. */
export function parseFault(
  json: unknown,
): { ok: true; value: Fault } | { ok: false; message: string } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return bad("a fault is a JSON object");
  }
  const given = new Map<string, unknown>(Object.entries(json));
  const kind = given.get("kind");
  const allowed = ["kind", "match", "times"];
  if (kind === "delay_commit" || kind === "hang") allowed.push("ms");
  if (kind === "fail") allowed.push("sqlstate", "message");
  for (const name of given.keys()) {
    if (!allowed.includes(name))
      return bad(`"${name}" is not a field of this fault: ${allowed.join(", ")}`);
  }

  const common: { match?: string; times?: number } = {};
  const match = given.get("match");
  if (match !== undefined) {
    if (typeof match !== "string") return bad(`"match" is a text`);
    common.match = match;
  }
  const times = given.get("times");
  if (times !== undefined) {
    if (typeof times !== "number" || !Number.isSafeInteger(times) || times < 1) {
      return bad(`"times" is a whole number from 1; leave it out for every request`);
    }
    common.times = times;
  }

  switch (kind) {
    case "delay_commit":
    case "hang": {
      const ms = given.get("ms");
      if (typeof ms !== "number" || !(ms >= 0 && ms <= 600_000)) {
        return bad(`"ms" is a number of milliseconds from 0 to 600000`);
      }
      return { ok: true, value: { kind, ms, ...common } };
    }
    case "fail": {
      const sqlstate = given.get("sqlstate") ?? undefined;
      const message = given.get("message");
      if (
        sqlstate !== undefined &&
        (typeof sqlstate !== "string" || !/^(500|[0-9A-Z]{5})$/.test(sqlstate))
      ) {
        return bad(`"sqlstate" is five characters such as "40001", or "500"`);
      }
      if (message !== undefined && typeof message !== "string") return bad(`"message" is a text`);
      return {
        ok: true,
        value: {
          kind,
          ...common,
          ...(sqlstate === undefined ? {} : { sqlstate }),
          ...(message === undefined ? {} : { message }),
        },
      };
    }
    case "cut_before":
    case "cut_after":
      return { ok: true, value: { kind, ...common } };
    default:
      return bad(`"kind" is one of ${KINDS}`);
  }
}

function bad(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

/** The requests counted and the fault set, for each database name. */
export class DatabaseFaults {
  readonly #requests = new Map<string, number>();
  readonly #faults = new Map<string, { fault: Fault; left: number }>();

  /** Counts one request. */
  count(database: string): void {
    this.#requests.set(database, this.requests(database) + 1);
  }

  /** How many requests to `/sql` named this database, those that a fault hit included. */
  requests(database: string): number {
    return this.#requests.get(database) ?? 0;
  }

  /** Sets, replaces or (null) removes the fault of a database. */
  set(database: string, fault: Fault | null): void {
    if (fault === null) this.#faults.delete(database);
    else this.#faults.set(database, { fault, left: fault.times ?? Infinity });
  }

  /** The fault that hits a request with these queries, counted down; null for none. */
  take(database: string, queries: readonly { query: string }[]): Fault | null {
    const entry = this.#faults.get(database);
    if (entry === undefined) return null;
    const { match } = entry.fault;
    if (match !== undefined && !queries.some(({ query }) => query.includes(match))) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults.delete(database);
    return entry.fault;
  }
}
