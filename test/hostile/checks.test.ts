import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { recorded, reserved, seriesAt, stateWith } from "../faults/hand-made.ts";
import type { FinalState } from "../faults/check/final-state.ts";
import { randomOf } from "../faults/random.ts";
import { accountOf } from "./check/account.ts";
import { exchangeChecker } from "./check/check-exchange.ts";
import { isFormula, readCsv } from "./check/csv.ts";
import type { Exchange } from "./check/exchange.ts";
import { Told } from "./check/told.ts";
import { operationsOf, readDocument } from "./document/document.ts";
import { wireOf } from "./generate/draft.ts";
import { Holdings } from "./generate/holdings.ts";
import { Requests } from "./generate/next.ts";
import { hostileText } from "./generate/texts.ts";
import { keep, unkept } from "./run/kept.ts";
import { verdictOf } from "./run/summary.ts";
import { Tally } from "./run/tally.ts";
import { AnswerReader } from "./wire/answer-reader.ts";
import { jsonText, Literal, Members } from "./wire/json-text.ts";
import { bytesOf } from "./wire/request.ts";
import type { WireRequest } from "./wire/request.ts";

const document = readDocument();
const operations = operationsOf(document);
const check = exchangeChecker(document);

const request: WireRequest = {
  method: "GET",
  target: "/v1/settings",
  headers: [["Host", "serialmint.test"]],
  body: null,
  framing: { kind: "length" },
};
const settings = {
  tenant: "acme",
  default_sequence: null,
  time_zone: "UTC",
  updated_at: "2026-11-24T10:00:00.000Z",
};

interface Given {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ms?: number;
  readonly sent?: Partial<WireRequest>;
  readonly wellFormed?: boolean;
}

function exchange(given: Given): Exchange {
  const { status = 200, body = settings, headers = {}, ms = 1, sent = {} } = given;
  const { wellFormed = true } = given;
  const all: Record<string, string> = {
    "x-request-id": "r",
    "content-type": status < 400 ? "application/json" : "application/problem+json",
    "x-content-type-options": "nosniff",
    ...headers,
  };
  return {
    made: { kind: "valid", changes: [], request: { ...request, ...sent }, wellFormed },
    foreignMarkers: ["QOTHERQ"],
    outcome: {
      kind: "answered",
      ms,
      answer: {
        status,
        headers: Object.entries(all).filter(([, value]) => value !== ""),
        body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
        closes: false,
      },
    },
  };
}

function problem(status: number, code: string, more: object = {}): Given {
  const type = `/docs/errors#${code}`;
  const body = { type, title: "T", status, detail: "It is so.", code, retryable: false };
  return { status, body: { ...body, request_id: "r", ...more } };
}

const rulesOf = (given: Given): string[] => [
  ...new Set(check(exchange(given)).map(({ rule }) => rule)),
];

describe("an answer is held against the document", () => {
  test.each([
    ["GET", 65_536, ["unanswered"]],
    ["GET", 65_537, []],
    ["POST", 65_537, ["unanswered"]],
    ["POST", 8_388_608, ["unanswered"]],
    ["POST", 8_388_609, []],
  ])("none to %s with a body of %i bytes: %j", (method, bytes, rules) => {
    const { made, foreignMarkers } = exchange({ sent: { method, body: Buffer.alloc(bytes) } });
    const found = check({ made, foreignMarkers, outcome: { kind: "lost", why: "reset", ms: 1 } });
    expect(found.map(({ rule }) => rule)).toEqual(rules);
  });

  test("what it declares passes", () => {
    expect(check(exchange({}))).toEqual([]);
    expect(check(exchange(problem(422, "request_invalid")))).toEqual([]);
    expect(check(exchange(problem(422, "request_invalid", { problems: 1 })))).toEqual([]);
  });

  test.each<[string, Given, string[]]>([
    ["500", problem(500, "internal_error"), ["broken"]],
    ["503 without Retry-After", problem(503, "database_slow"), ["broken", "headers"]],
    ["a status that is not declared", problem(409, "request_in_flight"), ["status_undeclared"]],
    ["a code that is not declared", problem(422, "pattern_empty"), ["code_undeclared"]],
    ["another status of success", { status: 202 }, ["status_undeclared"]],
    [
      "a problem of another status",
      problem(422, "request_invalid", { status: 400 }),
      ["no_problem"],
    ],
    [
      "a problem of another request",
      problem(422, "request_invalid", { request_id: "x" }),
      ["no_problem"],
    ],
    [
      "a problem without a sentence",
      problem(422, "request_invalid", { detail: "no" }),
      ["no_problem"],
    ],
    [
      "an error as JSON",
      { ...problem(422, "request_invalid"), headers: { "content-type": "application/json" } },
      ["no_problem"],
    ],
    ["an error as text", { status: 422, body: "Oh" }, ["no_problem", "code_undeclared"]],
    ["a member too many", { body: { ...settings, secret: 1 } }, ["not_as_schema"]],
    ["a member missing", { body: { tenant: "acme" } }, ["not_as_schema"]],
    ["a member of another type", { body: { ...settings, time_zone: 1 } }, ["not_as_schema"]],
    ["no JSON", { body: "{" }, ["not_as_schema"]],
    ["another media type", { headers: { "content-type": "text/html" } }, ["media_type_undeclared"]],
    ["no request id", { headers: { "x-request-id": "" } }, ["headers"]],
    ["a header of the caller's", { headers: { "x-injected": "yes" } }, ["headers"]],
    ["another tenant's text", { body: { ...settings, tenant: "QOTHERQ" } }, ["leak"]],
    [
      "the database's words",
      problem(422, "request_invalid", { detail: "invalid input syntax for type uuid." }),
      ["leak"],
    ],
    ["much time for little", { ms: 25_000 }, ["too_slow"]],
    ["a path that is none", { sent: { target: "/v1/nothing" } }, ["status_undeclared"]],
    ["401 without a challenge", problem(401, "api_key_missing"), ["headers"]],
  ])("found: %s", (_, given, rules) => {
    expect(rulesOf(given)).toEqual(rules);
  });

  test("what was sent may come back, and much may take long", () => {
    const sent = { target: "/v1/settings?QOTHERQ=1" };
    const given = problem(422, "request_invalid", { detail: "QOTHERQ is not known." });
    expect(rulesOf({ ...given, sent })).toEqual([]);
    const headers = { "content-type": "application/x-ndjson" };
    const body = `${JSON.stringify({ product: "p", name: "n" })}\n`.repeat(100_000);
    const rules = rulesOf({ body, headers, ms: 25_000, sent: { target: "/v1/lots" } });
    expect(rules).toEqual(["not_as_schema"]);
  });

  test("every line of a stream is looked at, and CSV for its shape and for formulas", () => {
    const sku = {
      sku: "p",
      tracking: "lot",
      sequence: null,
      name: null,
      gtin: null,
      expiry: "none",
    };
    const row = { ...sku, shelf_life_days: null, created_at: "c", updated_at: "u" };
    const sent = { target: "/v1/products" };
    const ndjson = { "content-type": "application/x-ndjson" };
    const line = `${JSON.stringify(row)}\n`;
    expect(rulesOf({ sent, headers: ndjson, body: line.repeat(2) })).toEqual([]);
    expect(rulesOf({ sent, headers: ndjson, body: `${line}{"sku":1}\n` })).toEqual([
      "not_as_schema",
    ]);
    const csv = { "content-type": "text/csv; charset=utf-8; header=present" };
    expect(rulesOf({ sent, headers: csv, body: 'a,b\r\n1,"x,y"\r\n' })).toEqual([]);
    expect(rulesOf({ sent, headers: csv, body: "a,b\r\n1\r\n" })).toEqual(["not_as_schema"]);
    expect(rulesOf({ sent, headers: csv, body: "a,b\r\n1,=2\r\n" })).toEqual(["not_as_schema"]);
    expect(rulesOf({ sent, headers: csv, body: "a,b\r\n1,2" })).toEqual(["not_as_schema"]);
  });
});

/** What was told by one answer to a POST. */
function told(key: string, status: number, body: object): Told {
  const all = new Told();
  const headers = [["Idempotency-Key", key]] as const;
  all.add(exchange({ status, body, sent: { method: "POST", headers } }));
  return all;
}

const run = {
  id: "s:1",
  sequence: "s",
  series: null,
  first: "1",
  last: "5",
  step: "1",
  count: 5,
};

/** A database in which 1 to 5 of `s` were drawn under that key. */
function drawn(key: string): FinalState {
  return stateWith({
    series: [seriesAt(6n)],
    ledger: reserved([1n, 5n]),
    requests: recorded([key, 1n, 5n]),
  });
}

function kinds(all: Told, state: FinalState): string[] {
  return accountOf(all, state).map(({ kind }) => kind);
}

describe("no refused request has drawn", () => {
  test("what was told is accounted for", () => {
    expect(kinds(told("k", 201, run), drawn("k"))).toEqual([]);
  });
  test("a draw by a refused request is found", () => {
    expect(kinds(told("k", 422, {}), drawn("k"))).toEqual(["drawn_by_nobody", "refused_and_done"]);
  });
  test("a draw beyond what was told is found", () => {
    const less = { ...run, last: "4", count: 4 };
    expect(kinds(told("k", 201, less), drawn("k"))).toEqual(["drawn_by_nobody"]);
  });
  test("a counter that moved without a row is found", () => {
    const state = stateWith({ ...drawn("k"), series: [seriesAt(9n)] });
    expect(kinds(told("k", 201, run), state)).toEqual(["unexplained"]);
  });
  test("a request without an answer may have been carried out", () => {
    const all = new Told();
    const { made, foreignMarkers } = exchange({
      sent: { method: "POST", headers: [["Idempotency-Key", "k"]] },
    });
    all.add({ made, foreignMarkers, outcome: { kind: "lost", why: "closed", ms: 1 } });
    expect(kinds(all, drawn("k"))).toEqual([]);
  });
});

/** The first requests of a seed, as they are sent. */
function made(seed: number): string[] {
  const requests = new Requests(document, operations, {
    random: randomOf(seed),
    held: new Holdings("acme", 0),
    others: new Holdings("other", 1),
    apiKey: "k",
  });
  return Array.from({ length: 300 }, () => bytesOf(requests.next().request).toString("latin1"));
}

describe("what is sent", () => {
  test("is decided by the seed", () => {
    expect(made(3)).toEqual(made(3));
    expect(made(3)).not.toEqual(made(4));
  });

  test("has an operation that nobody wrote a recipe for", () => {
    const found = operations.find(({ id }) => id === "getSettings");
    if (found === undefined) throw new Error("It is in the document.");
    const unknown = { ...found, id: "getNovelty", template: "/v1/novelties" };
    const requests = new Requests(document, [...operations, unknown], {
      random: randomOf(1),
      held: new Holdings("acme", 0),
      others: new Holdings("other", 1),
      apiKey: "k",
    });
    const asked = Array.from({ length: 1500 }, () => requests.next().draft.operation.id);
    expect(asked).toContain("getNovelty");
  });

  test("is written down and read again byte by byte", () => {
    fc.assert(
      fc.property(fc.integer(), fc.uint8Array({ maxLength: 50 }), (seed, bytes) => {
        const target = `/v1/${encodeURI(hostileText(randomOf(seed)).toWellFormed())}`;
        const headers = [["Authorization", "Bearer smk_live_x"]] as const;
        const sent = { ...request, target, headers, body: Buffer.from(bytes) };
        expect(bytesOf(unkept(keep(sent), "smk_live_x"))).toEqual(bytesOf(sent));
      }),
    );
  });

  test("JSON is written with what no value of JavaScript can say", () => {
    const value = {
      a: [new Literal("1e400"), null],
      b: new Members([
        ["x", 1],
        ["x", "\ud800"],
      ]),
    };
    expect(jsonText(value)).toBe('{"a":[1e400,null],"b":{"x":1,"x":"\\ud800"}}');
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        expect(JSON.parse(jsonText(any))).toEqual(JSON.parse(JSON.stringify(any)));
      }),
    );
  });

  test("an address is encoded as it should be", () => {
    const found = operations.find(({ id }) => id === "getProduct");
    if (found === undefined) throw new Error("It is in the document.");
    const draft = { operation: found, inPath: { sku: "a/b \ud800" }, query: [], headers: [] };
    expect(wireOf({ ...draft, body: undefined }).target).toBe("/v1/products/a%2Fb%20%ed%a0%80");
  });
});

test("an answer is read in whatever pieces it comes", () => {
  const texts = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""],
    [
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
      "hello",
    ],
  ] as const;
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(fc.nat(80)), ([text, body], cuts) => {
      const reader = new AnswerReader("GET");
      const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const answers = places.slice(1).map((place, index) => {
        return reader.take(Buffer.from(text.slice(places[index] ?? 0, place)));
      });
      const answer = answers.find((one) => one !== undefined);
      expect(answer?.status).toBe(200);
      expect(answer?.body.toString()).toBe(body);
    }),
  );
});

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

test("CSV is read as it was written", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { minLength: 2 })), (rows) => {
      const text = rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
      expect(readCsv(text)).toEqual(rows);
    }),
  );
  expect(["=1", "+1", "-x", "@a", "\tb"].every(isFormula)).toBe(true);
  expect(["1", "-1", "-1.5", "a=1", ""].some(isFormula)).toBe(false);
});

test("an operation that never succeeded fails a run of 20,000 requests, and none that is shorter", () => {
  const tally = new Tally(() => undefined);
  tally.requests = 19_999;
  expect(verdictOf(tally, operations)).toEqual([]);
  tally.requests = 20_000;
  expect(verdictOf(tally, operations)).toHaveLength(operations.length);
  expect(verdictOf(tally, operations)[0]).toMatch(/was never answered with 2xx\.$/);
});
