import type { OwnedRun } from "../../faults/check/rules/owned.ts";
import { readJsonObject } from "../wire/json-object.ts";
import type { WireRequest } from "../wire/request.ts";
import type { Exchange } from "./exchange.ts";

/** What all answers of one tenant told of numbers and of what was carried out. */
export class Told {
  readonly runs: OwnedRun[] = [];
  readonly jobs = new Set<string>();
  /** Idempotency-Keys of requests that succeeded. */
  readonly succeeded = new Set<string>();
  /** Of requests that were refused, with what they were and what was answered. */
  readonly refused = new Map<string, string>();
  /** Of requests without an answer, which may have been carried out. */
  readonly open = new Set<string>();

  add({ made, outcome }: Exchange): void {
    const { request } = made;
    const key = keyOf(request.headers);
    if (outcome.kind === "lost") {
      if (key !== undefined) this.open.add(key);
      return;
    }
    const { status, body } = outcome.answer;
    if (status >= 300) {
      // A file that cannot be read leaves an import that says so.
      if (/"code":"(?:csv|import)_/.test(body.toString("latin1")) && key !== undefined)
        this.open.add(key);
      const what = `${request.method} ${request.target.slice(0, 100)} ${made.changes.join(" + ")}: ${status} ${body.toString("latin1", 0, 100)}`;
      if (key !== undefined) this.refused.set(key, what);
      return;
    }
    if (request.method !== "POST") return;
    if (key !== undefined) this.succeeded.add(key);
    this.#read(body);
  }

  /** Whatever call it answers: a reservation, names of a series, a job, or something with a job. */
  #read(body: Buffer): void {
    const answer = readJsonObject(body);
    if (answer === undefined) return;
    const { first, last, count } = answer;
    const id = answer["reservation"] ?? answer["id"];
    if (
      typeof first === "string" &&
      typeof last === "string" &&
      typeof id === "string" &&
      count !== undefined
    ) {
      const step = typeof answer["step"] === "string" ? BigInt(answer["step"]) : 1n;
      const series = id.slice(0, id.lastIndexOf(":"));
      this.runs.push({ series, first: BigInt(first), last: BigInt(last), step });
    }
    if (Array.isArray(answer["items"]) && typeof answer["id"] === "string")
      this.jobs.add(answer["id"]);
    const { job } = answer;
    if (typeof job === "object" && job !== null && "id" in job) this.jobs.add(String(job.id));
  }
}

/** The key that the headers mean: several are one, and a quoted string means what stands in it. */
function keyOf(headers: WireRequest["headers"]): string | undefined {
  const given = headers.filter(([name]) => name.toLowerCase() === "idempotency-key");
  const text = given
    .map(([, value]) => value.trim())
    .join(", ")
    .trim();
  if (text === "") return undefined;
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1") : text;
}
