import type { Random } from "../../../faults/random.ts";
import { withHeader, withoutHeader } from "../draft.ts";
import type { Draft } from "../draft.ts";
import { hostileText } from "../texts.ts";
import type { DraftMutation, Surroundings } from "./mutation.ts";

/** A text that can stand in a header: characters of one byte, without line breaks and NUL. */
function headerText(random: Random): string {
  return hostileText(random)
    .replaceAll(/[\0\n\r]|[^\0-\xff]/g, "?")
    .slice(0, 4000);
}

function set(name: string, make: (around: Surroundings) => string | undefined): DraftMutation {
  return (draft, around) => {
    const value = make(around);
    return value === undefined ? undefined : withHeader(draft, name, value);
  };
}

function of(...values: readonly string[]): (around: Surroundings) => string {
  return ({ random }) => (random.chance(0.2) ? headerText(random) : random.pick(values));
}

/** Changes of the headers, with a Draft's encoding: what no header can say is for the wire. */
export const headerMutations: Readonly<Record<string, DraftMutation>> = {
  "no Idempotency-Key": (draft) => withoutHeader(draft, "idempotency-key"),
  "another Idempotency-Key": set(
    "Idempotency-Key",
    of(
      "",
      " ",
      '"',
      '""',
      '"a',
      'a"',
      '"a\\"',
      '"\\a"',
      '"a""b"',
      "é",
      "a\u0001b",
      "a".repeat(255),
      "a".repeat(256),
      `"${'\\"'.repeat(255)}"`,
      "x".repeat(4000),
      "a,b",
      "?1",
      ":YQ==:",
    ),
  ),
  "two Idempotency-Keys": (draft) => twice(draft, "idempotency-key"),
  "no Authorization": (draft) => withoutHeader(draft, "authorization"),
  "two Authorizations": (draft) => twice(draft, "authorization"),
  "another Authorization": set(
    "Authorization",
    of(
      "",
      "Bearer",
      "Bearer ",
      "Bearer x",
      "Basic YTpi",
      "Bearer smk_live_",
      `Bearer smk_live_${"0".repeat(28)}`,
      `bearer  smk_test_${"z".repeat(28)}`,
      `Bearer smk_demo_${"a".repeat(28)}, Bearer x`,
      "Bearer null",
      "Token a",
      `Bearer ${"smk_live_".repeat(100)}`,
      "Bearer \u00e9",
      "Bearer ' OR 1=1 --",
    ),
  ),
  "a lesser key": set("Authorization", ({ held, random }) => {
    const key = held.keys.pick(random);
    return key === undefined ? undefined : `Bearer ${key}`;
  }),
  "another If-Match": set(
    "If-Match",
    of(
      "",
      "*",
      '"',
      '""',
      '"x"',
      'W/"x"',
      '"a", "b"',
      '"a",',
      "*, *",
      '"*"',
      "x",
      '"0a1b2c3d4e5f6071"',
      ",",
      '"a" "b"',
      '"é"',
      `${'"a",'.repeat(500)}"b"`,
    ),
  ),
  "no If-Match": (draft) => withoutHeader(draft, "if-match"),
  "another If-None-Match": set(
    "If-None-Match",
    of("", "*", '"x"', 'W/"x"', ",,,,", "x", '"a",'.repeat(500)),
  ),
  "another Prefer": set(
    "Prefer",
    of(
      "",
      "respond-async",
      "respond-async, wait=1",
      "wait=",
      "RESPOND-ASYNC",
      "respond-async;x=y",
      '"respond-async"',
      "respond-async=0",
      ",".repeat(2000),
      "return=minimal",
      "handling=strict",
    ),
  ),
  "another Accept": set(
    "Accept",
    of(
      "",
      "*/*",
      "text/csv",
      "application/x-ndjson",
      "text/html",
      "application/json;q=0",
      "text/csv;q=1.5",
      "text/csv;q=NaN",
      "*",
      "/",
      ";",
      "application/json, text/csv;q=0.9, */*;q=0",
      ",".repeat(3000),
      "text/*",
      "a/b".repeat(500),
      "text/csv; header=absent",
      'text/csv;q="1"',
    ),
  ),
  "another Content-Type": set(
    "Content-Type",
    of(
      "",
      "application/json; charset=utf-8",
      "application/json; charset=utf-16",
      "application/json;charset",
      "text/plain",
      "text/csv",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "multipart/form-data; boundary=x",
      "application/problem+json",
      "application/json, text/csv",
      "application/",
      "/json",
      "json",
      "APPLICATION/JSON",
      'application/json; charset="utf-8',
      "application/a+json",
      `application/${"a.".repeat(1500)}json`,
      `application/json${";a=b".repeat(800)}`,
      "text/csv; charset=latin1",
      "text/csv; header=absent",
    ),
  ),
  "another Content-Encoding": set(
    "Content-Encoding",
    of("", "identity", "gzip", "br", "deflate", "zstd", "gzip, gzip", "x", "IDENTITY"),
  ),
  "another X-Request-Id": set(
    "X-Request-Id",
    of(
      "",
      "a",
      "a".repeat(64),
      "a".repeat(65),
      "a b",
      "../..",
      "<script>",
      "a\u0001",
      "é",
      '"',
      "a%0d%0aX-Injected: yes",
      "019345ab-0000-7000-8000-000000000000",
    ),
  ),
  "another Host": set("Host", ({ random }) =>
    random.pick(["example.org", "[::1]", "serialmint.test:443", "127.0.0.1"]),
  ),
  "a Range": set("Range", of("bytes=0-1", "bytes=-1", "bytes=9-1", "rows=0-9")),
  "an Origin": set(
    "Origin",
    of("null", "https://example.org", "https://serialmint.test", "file://"),
  ),
  "a Cookie": set("Cookie", of("a=b", "session=' OR 1=1", ";;;", "=")),
  "another method in a header": set("X-HTTP-Method-Override", of("DELETE", "GET", "PUT", "TRACE")),
  "another address in a header": set("X-Original-URL", of("/v1/settings", "/health", "..")),
  "forwarded for somebody": set("X-Forwarded-For", of("127.0.0.1", "' OR 1=1", "::1, 10.0.0.1")),
  "a Connection": set("Connection", of("close", "keep-alive", "Authorization", "upgrade")),
  "an Upgrade": set("Upgrade", of("websocket", "h2c", "TLS/1.0")),
  "an Expect": set("Expect", of("100-continue", "200-ok")),
  "some TE": set("TE", of("trailers", "chunked", "gzip;q=1")),
  "very many headers": (draft, { random }) => ({
    ...draft,
    headers: [
      ...draft.headers,
      ...Array.from(
        { length: random.pick([20, 150]) },
        (_, place) => [`X-Many-${place}`, "1"] as const,
      ),
    ],
  }),
};

function twice(draft: Draft, name: string): Draft | undefined {
  const [given] = draft.headers.filter(([one]) => one.toLowerCase() === name);
  return given === undefined ? undefined : { ...draft, headers: [...draft.headers, given] };
}
