import type { Addressed, Document, Operation } from "../document/document.ts";
import { addressing, operationsOf } from "../document/document.ts";
import { validatorsOf } from "../document/validators.ts";
import type { Validators } from "../document/validators.ts";
import type { Answer } from "../wire/answer-reader.ts";
import { readJsonObject } from "../wire/json-object.ts";
import { headerOf } from "../wire/request.ts";
import type { WireRequest } from "../wire/request.ts";
import { addressOf } from "./addressed.ts";
import type { Address } from "./addressed.ts";
import { isFormula, readCsv } from "./csv.ts";
import type { Exchange, Finding, Rule } from "./exchange.ts";
import { leaksIn } from "./leaks.ts";

const problemType = "application/problem+json";

/** What an answer may take, however small it is; with each megabyte that is sent or answered. */
const patience = { ms: 20_000, msOfMegabyte: 10_000 } as const;

/** The most that a body may have and be read: 8 MiB; of one that nobody reads, such as a GET's, what sockets hold. */
const readableBytes = { read: 8_388_608, unread: 65_536 } as const;

/** What workerd itself answers to what is no HTTP, and to a method that it does not know. */
const statusesOfCarrier: ReadonlySet<number> = new Set([400, 411, 413, 414, 431, 501, 505]);

/**
 * Refused before anything was done by a service that has too much to do at once: the line before the database
 * is full. The same request may come again.
 */
function isTurnedAway(answer: Answer): boolean {
  return answer.status === 503 && textOf(answer).includes('"code":"overloaded"');
}

/** Holds exchanges against the document and against what holds for every answer. */
export function exchangeChecker(document: Document) {
  const find = addressing(operationsOf(document));
  const validators = validatorsOf(document);
  return (exchange: Exchange): Finding[] => checkExchange(exchange, find, validators);
}

function checkExchange(
  { made, foreignMarkers, outcome }: Exchange,
  find: (method: string, pathname: string) => Addressed,
  validators: Validators,
): Finding[] {
  const { request, wellFormed } = made;
  const address = addressOf(find, request.method, request.target);
  const about = address.kind === "operation" ? address.operation.template : address.kind;
  const where = `${request.method.slice(0, 20)} ${about}`;
  const findings: Finding[] = [];
  const found = (rule: Rule, detail: string): void => {
    findings.push({ rule, where, detail });
  };

  const size =
    (request.body?.length ?? 0) + (outcome.kind === "answered" ? outcome.answer.body.length : 0);
  const waited = outcome.kind === "answered" || wellFormed;
  if (waited && outcome.ms > patience.ms + (patience.msOfMegabyte * size) / 1e6) {
    found("too_slow", `${Math.round(outcome.ms)} ms for ${size} bytes`);
  }
  if (outcome.kind === "lost") {
    // A body that is left unread is still being written when the connection is closed.
    const isRead = request.method !== "GET" && request.method !== "HEAD";
    if (wellFormed && (request.body?.length ?? 0) <= readableBytes[isRead ? "read" : "unread"])
      found("unanswered", outcome.why);
    return findings;
  }
  const { answer } = outcome;
  const type = headerOf(answer.headers, "content-type");
  const isOfService = headerOf(answer.headers, "x-request-id") !== undefined;
  if (!wellFormed && !isOfService && statusesOfCarrier.has(answer.status)) return findings;
  if (answer.status >= 500 && !isTurnedAway(answer))
    found("broken", `${answer.status} ${textOf(answer).slice(0, 300)}`);

  for (const wrong of wrongHeaders(request, answer)) found("headers", wrong);
  for (const leak of leaksIn(request, answer, foreignMarkers)) found("leak", leak);

  if (answer.status >= 400) {
    if (type !== problemType) found("no_problem", `The content type is ${type}.`);
    if (request.method !== "HEAD") {
      for (const wrong of wrongProblem(answer, validators)) found("no_problem", wrong);
      // What it is about is not certain then.
      if (!wellFormed) return findings;
      const code = String(readJsonObject(answer.body)?.["code"]);
      const declared = codesFor(address, answer.status);
      if (declared === undefined) found("status_undeclared", `${answer.status} ${code}`);
      else if (!declared.includes(code)) found("code_undeclared", `${answer.status} ${code}`);
    }
    return findings;
  }
  if (address.kind === "page" || !wellFormed) return findings;
  if (address.kind !== "operation") {
    // OPTIONS is answered for every path that there is.
    const options = request.method === "OPTIONS" && address.kind === "other method";
    if (!options || answer.status !== 204) found("status_undeclared", `${answer.status} ${type}`);
    return findings;
  }
  for (const [rule, detail] of wrongSuccess(request, answer, address.operation, validators)) {
    found(rule, detail);
  }
  return findings;
}

/** The codes with which a status may be answered there; undefined where the status itself may not. */
function codesFor(address: Address, status: number): readonly string[] | undefined {
  switch (address.kind) {
    case "operation":
      return address.operation.responses.get(String(status))?.codes;
    case "other method":
      return status === 405 ? ["method_not_allowed"] : undefined;
    case "nothing":
      return status === 404 ? ["route_not_found"] : undefined;
    case "page":
      return status === 405
        ? ["method_not_allowed"]
        : status === 404
          ? ["route_not_found"]
          : undefined;
  }
}

function wrongProblem(answer: Answer, validators: Validators): string[] {
  const problem = readJsonObject(answer.body);
  if (problem === undefined) return ["The body is no JSON object."];
  const wrong = validators.problem(problem);
  if (problem["status"] !== answer.status)
    wrong.push(`It says status ${String(problem["status"])}.`);
  if (problem["request_id"] !== headerOf(answer.headers, "x-request-id")) {
    wrong.push("Its request_id is not the X-Request-Id.");
  }
  if (problem["type"] !== `/docs/errors#${String(problem["code"])}`)
    wrong.push("Its type is of another code.");
  if (!/\S[.?!]$/.test(String(problem["detail"]))) {
    wrong.push(`Its detail is no sentence: ${String(problem["detail"]).slice(0, 200)}`);
  }
  return wrong;
}

function* wrongSuccess(
  request: WireRequest,
  answer: Answer,
  operation: Operation,
  validators: Validators,
): Generator<[Rule, string]> {
  const status = String(answer.status);
  const declared = operation.responses.get(status);
  if (declared === undefined) {
    yield ["status_undeclared", status];
    return;
  }
  const type = headerOf(answer.headers, "content-type");
  const essence = type?.split(";")[0] ?? "";
  if (declared.mediaTypes.length === 0) {
    if (type !== undefined || answer.body.length > 0) yield ["media_type_undeclared", `${type}`];
    return;
  }
  if (!declared.mediaTypes.includes(essence)) {
    yield ["media_type_undeclared", `${type}`];
    return;
  }
  if (request.method === "HEAD") return;
  const validate = validators.answer(
    operation.template,
    operation.method.toLowerCase(),
    status,
    essence,
  );
  const text = textOf(answer);
  if (Buffer.byteLength(text) !== answer.body.length) yield ["not_as_schema", "It is not UTF-8."];
  try {
    if (essence === "text/csv") {
      for (const wrong of wrongCsv(text, request, type ?? "")) yield ["not_as_schema", wrong];
      return;
    }
    if (essence === "application/openmetrics-text" || essence === "text/plain") {
      const [wrong] = wrongMetrics(text, essence);
      if (wrong !== undefined) yield ["not_as_schema", wrong];
      return;
    }
    const values: unknown[] =
      essence === "application/x-ndjson"
        ? text
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line) as unknown)
        : [JSON.parse(text)];
    for (const value of values) {
      const [wrong] = validate(value);
      if (wrong !== undefined) {
        yield ["not_as_schema", wrong];
        return;
      }
    }
  } catch (error) {
    yield ["not_as_schema", `It cannot be read: ${String(error)}`];
  }
}

/** Whether the caller wants formulas as they are, however it writes that. */
function asksForRaw(target: string): boolean {
  const url = URL.canParse(target, "http://of") ? new URL(target, "http://of") : undefined;
  return url?.searchParams.has("raw") ?? false;
}

function wrongCsv(text: string, request: WireRequest, type: string): string[] {
  const [header = [], ...rows] = readCsv(text);
  const wrong = rows
    .filter((row) => row.length !== header.length)
    .slice(0, 1)
    .map(
      (row) =>
        `A line has ${row.length} fields and not ${header.length}: ${row.join("|").slice(0, 200)}`,
    );
  const formula = [header, ...rows].flat().find(isFormula);
  if (formula !== undefined && !asksForRaw(request.target)) {
    wrong.push(`A spreadsheet would run ${formula.slice(0, 100)}.`);
  }
  if (type.includes("header=present") && header.some((name) => !/^[a-z][a-z0-9_]*$/.test(name))) {
    wrong.push(`Its first line is no header: ${header.join("|").slice(0, 200)}`);
  }
  return wrong;
}

/** OpenMetrics has an end, and in both forms every line is a sample or what is said of some. */
function wrongMetrics(text: string, essence: string): string[] {
  const lines = text.split("\n");
  const end = essence === "text/plain" ? [""] : ["# EOF", ""];
  const wrong = lines
    .slice(0, -end.length)
    .filter((line) => !/^(# (TYPE|UNIT|HELP) \w+ .+|\w+({.+})? [0-9.e+-]+)$/.test(line));
  const ends = lines.slice(-end.length).join() === end.join();
  return ends ? wrong : [...wrong, `They do not end so: ${text.slice(-100)}`];
}

function wrongHeaders(request: WireRequest, answer: Answer): string[] {
  const wrong: string[] = [];
  const of = (name: string): string | undefined => headerOf(answer.headers, name);
  const id = of("x-request-id");
  const given = request.headers.filter(([name]) => name.toLowerCase() === "x-request-id");
  const [sent] = given;
  if (id === undefined || !/^[A-Za-z0-9._-]{1,64}$/.test(id)) wrong.push(`X-Request-Id is ${id}.`);
  else if (
    given.length === 1 &&
    sent !== undefined &&
    /^[A-Za-z0-9._-]{1,64}$/.test(sent[1]) &&
    sent[1] !== id
  ) {
    wrong.push(`X-Request-Id is ${id} and ${sent[1]} was sent.`);
  }
  if (of("x-injected") !== undefined) wrong.push("A header of the caller's came back.");
  if (of("x-content-type-options") !== "nosniff") wrong.push("X-Content-Type-Options is missing.");
  if (answer.body.length > 0 && of("content-type") === undefined)
    wrong.push("Content-Type is missing.");
  const names = answer.headers.map(([name]) => name.toLowerCase());
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) wrong.push(`${twice} stands twice.`);
  const bad = answer.headers.find(([, value]) => /[^\x20-\x7e]/.test(value));
  if (bad !== undefined) wrong.push(`${bad[0]} has other than printable ASCII.`);
  switch (answer.status) {
    case 401:
      if (of("www-authenticate") === undefined) wrong.push("WWW-Authenticate is missing.");
      break;
    case 405:
      if (of("allow") === undefined) wrong.push("Allow is missing.");
      break;
    case 201:
      if (!/^\/v1\/[\x21-\x7e]+$/.test(of("location") ?? ""))
        wrong.push(`Location is ${of("location")}.`);
      break;
    case 503:
      if (!/^\d+$/.test(of("retry-after") ?? ""))
        wrong.push(`Retry-After is ${of("retry-after")}.`);
      break;
    default:
  }
  return wrong;
}

function textOf({ body }: Answer): string {
  return body.toString("utf8");
}
