import type { Fingerprint } from "../../src/db/client.ts";
import { describe, expect, test } from "vitest";
import { bodyLimitBytes } from "../../src/http/middleware/json-body.ts";
import { canonicalJson } from "../../src/http/json/canonical.ts";
import { findJsonHazard } from "../../src/http/json/scan.ts";
import { readIdempotencyKey } from "../../src/http/middleware/idempotency-key.ts";
import { bindings, exampleApp, postHeaders } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

const app = exampleApp();
const post = (body: BodyInit | null, headers: Record<string, string> = {}, path = "/v1/things") =>
  app.request(path, { method: "POST", headers: postHeaders(headers), body }, bindings);

/** A valid body of exactly this many bytes, without a Content-Length. */
function bodyOf(bytes: number): ReadableStream<Uint8Array> {
  const text = '{"count":1}';
  let left = bytes - text.length;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = Math.min(left, 1_000_000);
      if (size > 0) controller.enqueue(new Uint8Array(size).fill(0x20));
      left -= size;
      if (left > 0) return;
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

const fingerprintOf = async (body: string, path = "/v1/things") => {
  const response = await post(body, {}, path);
  expect(response.status).toBe(201);
  const heard = await response.json<{ idempotency: { key: string; fingerprint: Fingerprint } }>();
  expect(heard.idempotency.key).toBe("k-1");
  return heard.idempotency.fingerprint;
};

const send = (bytes: number) => {
  const request = new Request("http://localhost/v1/things", {
    method: "POST",
    headers: postHeaders(),
    body: bodyOf(bytes),
    duplex: "half",
  } as RequestInit);
  return app.request(request, undefined, bindings);
};

describe("content type", () => {
  test("JSON and its relatives in UTF-8 are read", async () => {
    const types = [
      "application/json",
      "Application/JSON; charset=UTF-8",
      'application/json;charset="utf-8"',
      "application/vnd.example+json",
    ];
    for (const type of types) {
      expect((await post('{"count":1}', { "content-type": type })).status).toBe(201);
    }
  });

  test("others are refused", async () => {
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=latin1",
      "json",
    ];
    for (const type of types) {
      const response = await post('{"count":1}', { "content-type": type });
      await expectProblem(response, 415, "unsupported_media_type");
    }
    const bytes = new TextEncoder().encode('{"count":1}');
    const { "content-type": _type, ...headers } = postHeaders();
    const init = { method: "POST", headers, body: bytes };
    const response = await app.request("/v1/things", init, bindings);
    await expectProblem(response, 415, "unsupported_media_type");
  });

  test("a compressed body is refused", async () => {
    const response = await post('{"count":1}', { "content-encoding": "gzip" });
    await expectProblem(response, 415, "content_encoding_unsupported");
  });
});

describe("size", () => {
  test("the limit itself is read, one byte more is refused", async () => {
    expect(bodyLimitBytes).toBe(8_388_608);
    expect((await send(8_388_608)).status).toBe(201);
    const problem = await expectProblem(await send(8_388_609), 413, "body_too_large");
    expect(problem).toMatchObject({ limit_bytes: 8_388_608 });
  });
});

test("a body that breaks off is the caller's, with and without a Content-Length", async () => {
  for (const length of [{}, { "content-length": "100" }]) {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('{"count":1}'));
        controller.error(new Error("Network connection lost."));
      },
    });
    const request = new Request("http://localhost/v1/things", {
      method: "POST",
      headers: postHeaders(length),
      body,
      duplex: "half",
    } as RequestInit);
    const answer = await app.request(request, undefined, bindings);
    const problem = await expectProblem(answer, 400, "body_broken_off");
    expect(problem.retryable).toBe(true);
  }
});

describe("JSON", () => {
  test("what is not JSON says so, with the place when it is known", async () => {
    for (const body of ["", " ", "{", "nope", '{"count":01}', "{'count':1}", '{"count":1}}']) {
      await expectProblem(await post(body), 400, "body_not_json");
    }
    const latin1 = new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]);
    const problem = await expectProblem(await post(latin1), 400, "body_not_json");
    expect(problem.detail).toContain("UTF-8");
  });

  test("what is JSON and no object is refused by the schema", async () => {
    for (const body of ["[]", "1", "null", '"x"']) {
      const problem = await expectProblem(await post(body), 422, "request_invalid");
      expect(problem.errors?.[0]?.pointer).toBe("");
    }
  });

  test("a call without a body takes nothing but an empty object", async () => {
    const path = "/v1/things/a/close";
    expect((await post(null, {}, path)).status).toBe(200);
    expect((await post("{}", {}, path)).status).toBe(200);
    await expectProblem(await post('{"why":1}', {}, path), 422, "request_invalid");
    await expectProblem(await post("[]", {}, path), 422, "request_invalid");
  });

  test("hazards that JSON.parse hides", async () => {
    await expectProblem(await post('{"count":1,"count":2}'), 400, "body_key_repeated");
    await expectProblem(await post('{"count":1,"c\\u006funt":2}'), 400, "body_key_repeated");
    await expectProblem(await post(`${"[".repeat(33)}${"]".repeat(33)}`), 400, "body_too_deep");
    const forbidden = await post('{"count":1,"a":{"__proto__":{}}}');
    const problem = await expectProblem(forbidden, 422, "request_invalid");
    expect(problem.errors?.[0]?.pointer).toBe("/a/__proto__");
    await expectProblem(await post('{"count":1,"note":"a\\u0000"}'), 422, "request_invalid");
    await expectProblem(await post('{"count":1,"note":"\\ud800"}'), 422, "request_invalid");
  });

  test("the scan finds the place and leaves clean texts alone", () => {
    expect(findJsonHazard('{"a":[1,{"b":1,"b":2}]}')).toEqual({
      kind: "key_repeated",
      key: "b",
      pointer: "/a/1/b",
    });
    expect(findJsonHazard('[{"a":1},{"a":1}]')).toBeNull();
    expect(findJsonHazard('{"a":"a","b":"{\\"a\\":1,\\"a\\":2}"}')).toBeNull();
    expect(findJsonHazard('{"a\\\\":1,"a":2}')).toBeNull();
    expect(findJsonHazard(`${"[".repeat(32)}${"]".repeat(32)}`)).toBeNull();
    expect(findJsonHazard('{"x":["ok","\\u0000"]}')).toMatchObject({ pointer: "/x/1" });
    expect(findJsonHazard('{"a~b/c":1, "a~b/c" : 2}')).toMatchObject({ pointer: "/a~0b~1c" });
  });
});

describe("Idempotency-Key", () => {
  test("bare and quoted forms of the same characters are one key", () => {
    expect(readIdempotencyKey("order 17, line 3")).toEqual({ ok: true, key: "order 17, line 3" });
    expect(readIdempotencyKey('"order 17, line 3"')).toEqual({ ok: true, key: "order 17, line 3" });
    expect(readIdempotencyKey(String.raw`"a\"b\\c"`)).toEqual({ ok: true, key: String.raw`a"b\c` });
    expect(readIdempotencyKey("a".repeat(255))).toMatchObject({ ok: true });
    expect(readIdempotencyKey(`"${"a".repeat(255)}"`)).toMatchObject({ ok: true });
  });

  test("others are malformed", () => {
    const bad = [
      "",
      " ",
      '""',
      '"a',
      '"a"b"',
      '"a";p=1',
      String.raw`"a\b"`,
      "ü",
      "a\tb",
      "a".repeat(256),
    ];
    for (const text of bad) expect(readIdempotencyKey(text), text).toMatchObject({ ok: false });
  });
});

describe("fingerprint", () => {
  test("is method, path and canonical body, or of a long one the SHA-256", async () => {
    expect(await fingerprintOf('{ "first": "2", "count": 1 }')).toEqual({
      text: 'POST\n/v1/things\n{"count":1,"first":"2"}',
    });
    // printf 'POST\n/v1/things\n{"count":1,"tags":[{"text":"%02000d"}]}' 0 | sha256sum
    expect(
      await fingerprintOf(`{ "tags": [{ "text": "${"0".repeat(2000)}" }], "count": 1 }`),
    ).toEqual({ digest: "2a4e612555626d744498148f9e61b201169d1703dd8b697a989d09af0af759c8" });
  });

  test("does not see key order and white space, but values, types and defaults", async () => {
    const plain = await fingerprintOf('{"count":1}');
    expect(await fingerprintOf(' {"count" : 1}\n')).toEqual(plain);
    expect(await fingerprintOf('{"count":2}')).not.toEqual(plain);
    expect(await fingerprintOf('{"count":"1"}')).not.toEqual(plain);
    expect(await fingerprintOf('{"count":1,"mode":"standard"}')).not.toEqual(plain);
  });

  test("canonical JSON sorts every object and no array", () => {
    expect(canonicalJson(JSON.parse('{"b":[{"z":1,"y":null}],"a":"\\u00e9"}'))).toBe(
      '{"a":"é","b":[{"y":null,"z":1}]}',
    );
  });
});
