import type { Violation } from "../../faults/check/violation.ts";
import type { Finding } from "../check/exchange.ts";
import type { Made } from "../generate/next.ts";
import type { Outcome } from "../wire/connection.ts";
import { keep } from "./kept.ts";
import type { KeptRequest } from "./kept.ts";

/** A finding with the request that it is about, and what was answered. */
export interface Found extends Finding {
  readonly changes: readonly string[];
  readonly request: KeptRequest;
  readonly answer: string;
  /** How often the same was found. */
  times: number;
}

export interface Slow {
  readonly ms: number;
  /** Bytes of the request and of its answer. */
  readonly bytes: number;
  readonly what: string;
}

/** How many of the slowest are kept, and how many different findings. */
const keptSlow = 10;
const keptFindings = 200;

/** Counts what a run does, and keeps what stands out. */
export class Tally {
  requests = 0;
  readonly kinds = new Map<string, { sent: number; succeeded: number }>();
  /** By operation, then by status. */
  readonly statuses = new Map<string, Map<string, number>>();
  /** How many of the valid requests of an operation were sent, and how many succeeded. */
  readonly valid = new Map<string, { sent: number; succeeded: number }>();
  readonly refusals = new Map<string, number>();
  readonly findings = new Map<string, Found>();
  readonly violations: Violation[] = [];
  readonly #log: (line: string) => void;
  slowest: Slow[] = [];
  /** The slowest for their size. */
  slowestBySize: Slow[] = [];

  /** `log` gets each finding when it is first found. */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  add(made: Made, outcome: Outcome, findings: readonly Finding[]): void {
    this.requests += 1;
    const { id } = made.draft.operation;
    const status = outcome.kind === "answered" ? outcome.answer.status : 0;
    const succeeded = status >= 200 && status < 400;
    count(this.kinds, made.kind, succeeded);
    if (made.addressed) {
      const statuses = this.statuses.get(id) ?? new Map<string, number>();
      this.statuses.set(id, statuses);
      const label = status === 0 ? "none" : String(status);
      statuses.set(label, (statuses.get(label) ?? 0) + 1);
    }
    if (made.kind === "valid") {
      count(this.valid, id, succeeded);
      if (!succeeded && outcome.kind === "answered") {
        const code = /"code":"(\w+)"/.exec(outcome.answer.body.toString("latin1"))?.[1];
        const label = `${id} ${status} ${code}`;
        this.refusals.set(label, (this.refusals.get(label) ?? 0) + 1);
      }
    }
    for (const finding of findings) this.#find(finding, made, outcome);
    this.#time(made, outcome);
  }

  #find(finding: Finding, made: Made, outcome: Outcome): void {
    const digest = finding.detail.replaceAll(/\d+/g, "0").slice(0, 60);
    const name = `${finding.rule} ${finding.where} ${digest}`;
    const known = this.findings.get(name);
    const answer = outcome.kind === "answered" ? shown(outcome) : outcome.why;
    const request = keep(made.request);
    const isSmaller = known === undefined || sizeOf(request) < sizeOf(known.request);
    if (known !== undefined) known.times += 1;
    else this.#log(`found ${finding.rule}: ${finding.where}: ${finding.detail.slice(0, 200)}`);
    if (!isSmaller || (known === undefined && this.findings.size >= keptFindings)) return;
    this.findings.set(name, {
      ...finding,
      changes: made.changes,
      request,
      answer,
      times: known?.times ?? 1,
    });
  }

  #time(made: Made, outcome: Outcome): void {
    const answered = outcome.kind === "answered" ? outcome.answer.body.length : 0;
    const bytes = (made.request.body?.length ?? 0) + made.request.target.length + answered;
    const { method } = made.request;
    const what = `${method} ${made.draft.operation.template} ${made.changes.join(" + ")} ${outcome.kind === "answered" ? outcome.answer.status : outcome.why}`;
    const slow = { ms: outcome.ms, bytes, what };
    this.slowest = top(this.slowest, slow, ({ ms }) => ms);
    // Less than 10 kB take as long as 10 kB.
    this.slowestBySize = top(
      this.slowestBySize,
      slow,
      ({ ms, bytes }) => ms / Math.max(bytes, 10_000),
    );
  }
}

function count(
  counts: Map<string, { sent: number; succeeded: number }>,
  name: string,
  succeeded: boolean,
): void {
  const known = counts.get(name) ?? { sent: 0, succeeded: 0 };
  counts.set(name, known);
  known.sent += 1;
  if (succeeded) known.succeeded += 1;
}

function top(kept: readonly Slow[], one: Slow, by: (slow: Slow) => number): Slow[] {
  const last = kept.at(-1);
  if (kept.length >= keptSlow && last !== undefined && by(one) <= by(last)) return [...kept];
  return [...kept, one].toSorted((a, b) => by(b) - by(a)).slice(0, keptSlow);
}

function sizeOf({ target, body, base64, headers }: KeptRequest): number {
  return target.length + (body ?? base64 ?? "").length + JSON.stringify(headers).length;
}

function shown({ answer }: Extract<Outcome, { kind: "answered" }>): string {
  return `${answer.status} ${answer.body.toString("utf8").slice(0, 600)}`;
}
