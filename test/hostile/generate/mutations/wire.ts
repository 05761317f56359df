import type { Random } from "../../../faults/random.ts";
import type { WireRequest } from "../../wire/request.ts";
import { hostileText } from "../texts.ts";
import type { WireMutation } from "./mutation.ts";

const methods = ["HEAD", "OPTIONS", "DELETE", "GET", "POST", "PUT", "PATCH", "TRACE"] as const;

function well(change: (request: WireRequest, random: Random) => WireRequest): WireMutation {
  return { wellFormed: true, change: (request, { random }) => change(request, random) };
}

function ill(change: (request: WireRequest, random: Random) => WireRequest): WireMutation {
  return { wellFormed: false, change: (request, { random }) => change(request, random) };
}

/** Puts something anywhere into the path. */
function inTarget(request: WireRequest, random: Random, put: string): WireRequest {
  const { target } = request;
  const slashes = [...target.matchAll(/\//g)].map(({ index }) => index);
  const at = random.chance(0.5) ? random.between(1, target.length) : random.pick(slashes) + 1;
  return { ...request, target: target.slice(0, at) + put + target.slice(at) };
}

/** Changes of a message that leave it one. */
export const wellFormedMutations: Readonly<Record<string, WireMutation>> = {
  "another method": well((request, random) => ({ ...request, method: random.pick(methods) })),
  "in chunks": well((request) =>
    request.body === null ? request : { ...request, framing: { kind: "chunked" } },
  ),
  "a trick in the path": well((request, random) =>
    inTarget(
      request,
      random,
      random.pick([
        "../",
        "./",
        "..",
        "%2e%2e/",
        "%2e%2e%2f",
        "%2f",
        "%2F",
        "%5c",
        "..%5c",
        "%252f",
        "%252e%252e%252f",
        "//",
        "/",
        ";a=b",
        "%00",
        "%0d%0a",
        "%09",
        "%20",
        "+",
        "%",
        "%zz",
        "%u0041",
        "%c0%af",
        "%e0%80%af",
        "%ed%a0%80",
        "%ff",
        "%f0%9f%98%80",
        "~",
        "*",
        "'",
        "!",
        "@",
        ":",
        "%3a",
        "%3f",
        "%23",
        "|",
        "^",
        "`",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        '"',
        "\\",
      ]),
    ),
  ),
  "a long path": well((request, random) =>
    inTarget(
      request,
      random,
      random.pick(["a", "%41", "../", "/", "%2f"]).repeat(random.pick([100, 1000, 3000])),
    ),
  ),
  "a slash behind the path": well((request) => ({
    ...request,
    target: request.target.replace(/(\?|$)/, "/$1"),
  })),
  "other letters in the path": well((request, random) => ({
    ...request,
    target: random.chance(0.5)
      ? request.target.toUpperCase()
      : request.target.replace("/v1/", "/V1/"),
  })),
  "an encoded path": well((request) => ({
    ...request,
    target: request.target.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  })),
  "a strange query": well((request, random) => ({
    ...request,
    target: `${request.target}${random.pick(["?", "&", "?&&&", "?=", "?a", "?a=b=c", "??", "?%", "?%zz=%zz", "?a[]=1&a[b]=2", "?limit=1&limit=2", "?limit[]=1", "?__proto__=1", "?%00=%00", "?a=%ff", "?;", "?limit=1;raw=true"])}`,
  })),
  "another address": well((request, random) => ({
    ...request,
    target: random.pick([
      "/",
      "/v1",
      "/v1/",
      "//v1/settings",
      "/v2/settings",
      "/health/",
      "/docs",
      "/docs/errors",
      "/openapi.json",
      "/metrics",
      "/.env",
      "/docs/../v1/settings",
      "/v1/settings/..;/x",
      "/favicon.ico",
      "/scalar.js",
      "/cdn-cgi/handler/scheduled",
      "/__proto__",
      "/v1/__proto__",
      "/v1/constructor",
    ]),
  })),
};

/** Changes after which it may be no message at all, so that what carries the service may refuse it first. */
export const illFormedMutations: Readonly<Record<string, WireMutation>> = {
  "cut short": ill((request, random) => ({
    ...request,
    framing: { kind: "cut", after: random.between(1, 2000), chunked: random.chance(0.3) },
  })),
  "a length that lies": ill((request, random) => ({
    ...request,
    body: request.body ?? Buffer.from("{}"),
    framing: {
      kind: "wrong length",
      length: random.pick([
        "0",
        "1",
        "-1",
        "9".repeat(30),
        "1e3",
        "0x10",
        "",
        "a",
        "1, 2",
        "+5",
        "99999999",
        "8388609",
      ]),
    },
  })),
  "length and chunks": ill((request) => ({
    ...request,
    body: request.body ?? Buffer.from("{}"),
    framing: { kind: "both" },
  })),
  "broken chunks": ill((request) => ({ ...request, framing: { kind: "broken chunks" } })),
  "an unknown method": ill((request, random) => ({
    ...request,
    method: random.pick(["FOO", "get", "GE T", "", "PROPFIND", "G\u0000T", "A".repeat(5000)]),
  })),
  "a broken target": ill((request, random) => ({
    ...request,
    target: random.pick([
      "",
      "*",
      "http://example.org/v1/settings",
      "http://[::1",
      "v1/settings",
      "/v1/settings x",
      "/v1/\u0000",
      "/v1/\u00e9",
      "/v1/settings#x",
      "/v1/sequences/\u00ff\u00fe",
      `/${"a".repeat(70_000)}`,
    ]),
  })),
  "a broken header": ill((request, random) => ({
    ...request,
    headers: [
      ...request.headers,
      random.pick([
        ["X-Broken\u0000", "1"],
        ["X-Broken", "a\u0000b"],
        ["X-Broken", "a\rb"],
        ["X-Broken", "a\nX-Injected: yes"],
        ["X Broken", "1"],
        ["", "1"],
        [" X-Folded", "1"],
        ["X-Broken", "\u00e9\u00ff"],
        ["X-Long", "a".repeat(70_000)],
        ["Transfer-Encoding", "gzip"],
        ["Transfer-Encoding", "chunked, chunked"],
        ["Content-Length", "3"],
        ["Content-Length", "-1"],
        ["Host", "two.test"],
        ["Host", "serialmint.test/../x"],
        ["Host", "evil.test#"],
        ["Host", "a b"],
        ["Idempotency-Key", "a\u0000b"],
        ["X-Request-Id", "a\r\n b"],
      ] as const),
    ],
  })),
  "a hostile header": ill((request, random) => ({
    ...request,
    headers: [
      ...request.headers,
      ["X-Hostile", Buffer.from(hostileText(random)).toString("latin1").slice(0, 4000)],
    ],
  })),
};
