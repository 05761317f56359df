import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type CallOptions, type Service } from "../harness/service.ts";
import { ok, refused, state } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{000}" });
  await ok(service, "PUT", "/v1/sequences/full", { pattern: "{0}", start: 9, overflow: "reject" });
  await ok(service, "PUT", "/v1/sequences/plant", { pattern: "{field.plant}/{00}" });
  await ok(service, "PUT", "/v1/products/P", { tracking: "lot", sequence: "s" });
  await ok(service, "PUT", "/v1/products/BARE", { tracking: "lot" });
  await ok(service, "PUT", "/v1/products/FULL", { tracking: "lot", sequence: "full" });
  await ok(service, "POST", "/v1/sequences/s/reservations", { count: 3 });
});
afterAll(() => service.close());

const reservations = "/v1/sequences/s/reservations";
const json = { "content-type": "application/json" };

/** Expects the refusal, that it points where it says, and that nothing at all was changed. */
async function refusedWithNothingDone(
  expected: readonly [number, string],
  [method, path, options]: readonly [string, string, CallOptions],
  where?: string,
) {
  const before = await state(service);
  const problem = await refused(service, expected, method, path, options);
  if (where !== undefined) {
    const { pointer, parameter } = problem.errors[0];
    expect(pointer ?? parameter).toBe(where);
    expect(problem.errors[0].detail).toMatch(/ .*\.$/);
  }
  expect(await state(service)).toEqual(before);
  return problem;
}

type Row = readonly [
  what: string,
  code: readonly [number, string],
  method: string,
  path: string,
  body: unknown,
  where?: string,
  says?: string,
];

const invalid = [422, "request_invalid"] as const;
const lot = (item: object, more: object = {}) => ({ items: [{ product: "P", ...item }], ...more });
const put = (body: object) => ["PUT", "/v1/sequences/new", body] as const;

const lines: readonly (readonly [string, readonly Row[]])[] = [
  [
    "unknown fields",
    [
      [
        "in a reservation",
        invalid,
        "POST",
        reservations,
        { count: 1, cuont: 2 },
        "/cuont",
        "not known",
      ],
      ["in a lot", invalid, "POST", "/v1/lots", lot({ count: 1, colour: "x" }), "/items/0/colour"],
      ["in a sequence", invalid, ...put({ pattern: "{0}", step: 1 }), "/step"],
      ["in a query", invalid, "GET", "/v1/lots?sku=P", undefined, "sku"],
      [
        "of a later version",
        invalid,
        ...put({ pattern: "{0}", check_digit: "mod10" }),
        "/check_digit",
      ],
    ],
  ],
  [
    "wrong types",
    [
      ["a count that is no number", invalid, "POST", reservations, { count: true }, "/count"],
      ["a count with a fraction", invalid, "POST", reservations, { count: 1.5 }, "/count"],
      ["a count that is null", invalid, "POST", reservations, { count: null }, "/count"],
      ["a body that is a list", invalid, "POST", reservations, [{ count: 1 }]],
      ["a body that is a text", invalid, "POST", reservations, '"1"'],
      ["items that are no list", invalid, "POST", "/v1/lots", { items: {} }, "/items"],
      [
        "a name that is a number",
        invalid,
        "POST",
        "/v1/lots",
        lot({ names: [7] }),
        "/items/0/names/0",
      ],
      ["hot as a text", invalid, ...put({ pattern: "{0}", hot: "yes" }), "/hot"],
      ["an unknown mode", invalid, ...put({ pattern: "{0}", mode: "relaxed" }), "/mode"],
    ],
  ],
  [
    "counts",
    [
      ["of 0", invalid, "POST", reservations, { count: 0 }, "/count", "1 to 10000000, not 0"],
      ["below 0", invalid, "POST", reservations, { count: -1 }, "/count", "1 to 10000000, not -1"],
      [
        "over the limit",
        invalid,
        "POST",
        reservations,
        { count: 10_000_001 },
        "/count",
        "10000000",
      ],
      ["beyond bigint", invalid, "POST", reservations, { count: "9223372036854775808" }, "/count"],
      ["missing", invalid, "POST", reservations, {}, "/count", "missing"],
      ["of 0 lots", invalid, "POST", "/v1/lots", lot({ count: 0 }), "/items/0/count"],
      ["of no items", invalid, "POST", "/v1/lots", { items: [] }, "/items"],
      [
        "of 1,001 items",
        invalid,
        "POST",
        "/v1/lots",
        { items: Array.from({ length: 1001 }, () => ({ product: "P", count: 1 })) },
        "/items",
      ],
      [
        "of more lots than a request may make",
        [422, "too_many_lots"],
        "POST",
        "/v1/lots",
        {
          items: [
            { product: "P", count: 10_000_000 },
            { product: "P", count: 1 },
          ],
        },
      ],
      ["of a preview", invalid, "GET", "/v1/sequences/s/preview?count=1001", undefined, "count"],
    ],
  ],
  [
    "numbers",
    [
      [
        "past 18 digits",
        invalid,
        ...put({ pattern: "{0}", start: "1000000000000000000" }),
        "/start",
        "999999999999999999",
      ],
      [
        "past bigint",
        invalid,
        ...put({ pattern: "{0}", start: "9223372036854775808" }),
        "/start",
        "999999999999999999",
      ],
      ["below 0", invalid, ...put({ pattern: "{0}", start: -1 }), "/start"],
      [
        "as JSON beyond 2^53",
        invalid,
        ...put({ pattern: "{0}", start: 9_007_199_254_740_992 }),
        "/start",
        "string of digits",
      ],
      [
        "an increment of 0",
        invalid,
        ...put({ pattern: "{0}", increment: 0 }),
        "/increment",
        "1 to 1000000000",
      ],
      [
        "an increment that is too large",
        invalid,
        ...put({ pattern: "{0}", increment: "1000000001" }),
        "/increment",
      ],
      [
        "a padding of 19",
        [422, "pattern_counter_too_wide"],
        ...put({ padding: 19 }),
        "/padding",
        "18",
      ],
      ["a padding of 0", [422, "pattern_padding"], ...put({ padding: 0 }), "/padding", "1 to 18"],
      [
        "a quantity of 0",
        invalid,
        "POST",
        "/v1/lots",
        lot({ count: 1, quantity_each: 0 }),
        "/items/0/quantity_each",
      ],
      [
        "a quantity past its digits",
        invalid,
        "POST",
        "/v1/lots",
        lot({ count: 1, quantity_each: "1000000000000" }),
        "/items/0/quantity_each",
      ],
      [
        "a run past the highest",
        [422, "number_overflow"],
        "POST",
        "/v1/lots",
        lot({ first_name: "S-999999999999999999", count: 2 }),
        "/items/0/first_name",
      ],
    ],
  ],
  [
    "names that do not exist",
    [
      [
        "a sequence in the path",
        [404, "sequence_not_found"],
        "POST",
        "/v1/sequences/none/reservations",
        { count: 1 },
      ],
      [
        "a sequence in the body",
        [422, "unknown_sequence"],
        "PUT",
        "/v1/products/P",
        { tracking: "lot", sequence: "none" },
      ],
      [
        "a default sequence",
        [422, "unknown_sequence"],
        "PATCH",
        "/v1/settings",
        { default_sequence: "none" },
      ],
      ["a product in the path", [404, "product_not_found"], "GET", "/v1/products/NONE", undefined],
      [
        "a product in the body",
        [422, "unknown_product"],
        "POST",
        "/v1/lots",
        { items: [{ product: "NONE", count: 1 }] },
        "/items/0/product",
      ],
      [
        "a reservation in the body",
        [422, "unknown_reservation"],
        "POST",
        "/v1/lots",
        lot({ reservation: "s:2" }),
      ],
      [
        "a product without a sequence",
        [422, "product_without_sequence"],
        "POST",
        "/v1/lots",
        {
          items: [
            { product: "P", count: 1 },
            { product: "BARE", count: 1 },
          ],
        },
        "/items/1/product",
      ],
    ],
  ],
  [
    "patterns",
    [
      [
        "without a counter",
        [422, "pattern_without_counter"],
        ...put({ pattern: "LOT-{YYYY}" }),
        "/pattern",
      ],
      ["with two", [422, "pattern_two_counters"], ...put({ pattern: "{00}-{00}" }), "/pattern"],
      [
        "with an unknown token",
        [422, "pattern_unknown_token"],
        ...put({ pattern: "{YYY}-{00}" }),
        "/pattern",
        "{YYYY}",
      ],
      [
        "with a control character",
        [422, "pattern_character"],
        ...put({ pattern: "A\u0007{0}" }),
        "/pattern",
        "U+0007",
      ],
      [
        "with a bidi character",
        [422, "pattern_character"],
        ...put({ pattern: "A\u202e{0}" }),
        "/pattern",
        "U+202E",
      ],
      [
        "with a zero-width character",
        [422, "pattern_character"],
        ...put({ prefix: "A\u200b", padding: 1 }),
        "/prefix",
      ],
      ["that are empty", [422, "pattern_empty"], ...put({ pattern: "" }), "/pattern"],
      [
        "that are too long",
        [422, "pattern_too_long"],
        ...put({ pattern: `${"A".repeat(198)}{0}` }),
        "/pattern",
      ],
      [
        "with an open brace",
        [422, "pattern_unclosed_brace"],
        ...put({ pattern: "A{0" }),
        "/pattern",
      ],
      [
        "with a stray brace",
        [422, "pattern_stray_brace"],
        ...put({ pattern: "A}{0}" }),
        "/pattern",
      ],
      [
        "with a field that touches the counter",
        [422, "pattern_field_touches_counter"],
        ...put({ pattern: "{field.a}{0}" }),
        "/pattern",
      ],
      [
        "with a field of no name",
        [422, "pattern_field_name"],
        ...put({ pattern: "{field.}-{0}" }),
        "/pattern",
      ],
      [
        "with names that are too long",
        [422, "pattern_name_too_long"],
        ...put({ pattern: `${"A".repeat(128)}{0}` }),
        "/pattern",
      ],
      [
        "with a space at the end",
        [422, "pattern_edge_space"],
        ...put({ pattern: "{0} " }),
        "/pattern",
      ],
      [
        "with a counter of 19 digits",
        [422, "pattern_counter_too_wide"],
        ...put({ pattern: `{${"0".repeat(19)}}` }),
        "/pattern",
        "18",
      ],
      [
        "with a start beyond their width",
        [422, "sequence_start_beyond_width"],
        ...put({ pattern: "{0}", start: 10, overflow: "reject" }),
        "/start",
      ],
      [
        "in a zone that is none",
        [422, "time_zone_unknown"],
        ...put({ pattern: "{0}", time_zone: "Mars/Base" }),
        "/time_zone",
      ],
      [
        "with a fiscal year that is none",
        [422, "fiscal_year_start_malformed"],
        ...put({ pattern: "{0}", fiscal_year_start: "02-29" }),
        "/fiscal_year_start",
      ],
    ],
  ],
  [
    "characters that are refused, never stripped",
    [
      [
        "control, in a name",
        [422, "name_character"],
        "POST",
        "/v1/lots",
        lot({ names: ["a\u0001"] }),
        "/items/0/names/0",
        "U+0001",
      ],
      [
        "bidi, in a name",
        [422, "name_character"],
        "POST",
        "/v1/lots",
        lot({ names: ["\u2066a"] }),
        "/items/0/names/0",
        "U+2066",
      ],
      [
        "zero-width, in a first name",
        [422, "name_character"],
        "POST",
        "/v1/lots",
        lot({ first_name: "a\u200d1", count: 1 }),
        "/items/0/first_name",
        "U+200D",
      ],
      [
        "U+0000",
        invalid,
        "POST",
        "/v1/lots",
        lot({ names: ["a\u0000"] }),
        "/items/0/names/0",
        "U+0000",
      ],
      [
        "half a pair",
        invalid,
        "POST",
        "/v1/lots",
        '{"items":[{"product":"P","names":["\\ud83d"]}]}',
        "/items/0/names/0",
      ],
      [
        "in a reason",
        invalid,
        "POST",
        "/v1/reservations/s:1/void",
        { reason: "a\u202eb" },
        "/reason",
      ],
      [
        "in a product's name",
        invalid,
        "PUT",
        "/v1/products/P",
        { tracking: "lot", name: "a\u200b" },
        "/name",
      ],
      [
        "in an attribute",
        invalid,
        "POST",
        "/v1/lots",
        lot({ count: 1, attributes: { note: ["a\u202eb"] } }),
        "/items/0/attributes",
      ],
      [
        "in an attribute's name",
        invalid,
        "POST",
        "/v1/lots",
        lot({ count: 1, attributes: { "a\u200b": 1 } }),
        "/items/0/attributes",
      ],
      [
        "in a field's value",
        [422, "field_value"],
        "POST",
        "/v1/sequences/plant/reservations",
        { count: 1, fields: { plant: "a\u200b" } },
      ],
      ["in a SKU", invalid, "PUT", "/v1/products/a%E2%80%8B", { tracking: "lot" }, "sku"],
      [
        "in a sequence's key",
        invalid,
        "PUT",
        "/v1/sequences/a%E2%80%8B",
        { pattern: "{0}" },
        "key",
      ],
    ],
  ],
  [
    "documents",
    [
      [
        "without a field of the pattern",
        [422, "field_missing"],
        "POST",
        "/v1/sequences/plant/reservations",
        { count: 1 },
      ],
      [
        "with a time without offset",
        [422, "at_without_offset"],
        "POST",
        reservations,
        { count: 1, at: "2026-01-01T10:00:00" },
        "/at",
      ],
      [
        "with a day that is none",
        [422, "at_malformed"],
        "POST",
        reservations,
        { count: 1, at: "2026-02-30" },
        "/at",
      ],
      [
        "with attributes that are too large",
        invalid,
        "POST",
        "/v1/lots",
        lot({ count: 1, attributes: { a: "ä".repeat(2100) } }),
        "/items/0/attributes",
        "4096",
      ],
    ],
  ],
  [
    "bodies",
    [
      ["that are not JSON", [400, "body_not_json"], "POST", reservations, '{"count": 1,}'],
      ["that are empty", [400, "body_not_json"], "POST", reservations, ""],
      [
        "with a key twice",
        [400, "body_key_repeated"],
        "POST",
        reservations,
        '{"count": 1, "count": 2}',
      ],
      [
        "that are nested too deeply",
        [400, "body_too_deep"],
        "POST",
        reservations,
        `{"count":${"[".repeat(40)}${"]".repeat(40)}}`,
      ],
      [
        "that are too large",
        [413, "body_too_large"],
        "POST",
        "/v1/lots",
        `{"items":"${"x".repeat(8_388_608)}"}`,
      ],
    ],
  ],
  [
    "cursors that cannot be used",
    [
      ["of nobody", [400, "cursor_unusable"], "GET", "/v1/lots?cursor=nonsense", undefined],
      [
        "that are too long",
        invalid,
        "GET",
        `/v1/lots?cursor=${"x".repeat(2049)}`,
        undefined,
        "cursor",
      ],
    ],
  ],
  [
    "a sequence of fixed width that is exhausted",
    [
      [
        "by a reservation",
        [409, "sequence_exhausted"],
        "POST",
        "/v1/sequences/full/reservations",
        { count: 2 },
      ],
      [
        "by lots",
        [409, "sequence_exhausted"],
        "POST",
        "/v1/lots",
        {
          items: [
            { product: "P", count: 1 },
            { product: "FULL", count: 2 },
          ],
        },
      ],
    ],
  ],
];

describe.each(lines)("%s", (_, rows) => {
  const named = rows.map((row) => ({ what: row[0], row }));
  test.each(named)("$what", async ({ row: [, code, method, path, body, where, says] }) => {
    const options = body === undefined ? {} : { body, headers: json };
    const problem = await refusedWithNothingDone(code, [method, path, options], where);
    if (says !== undefined) expect(JSON.stringify(problem)).toContain(says);
  });
});

describe("keys", () => {
  const body = { count: 1 };
  test.each<[string, string, CallOptions]>([
    ["no API key", "api_key_missing", { key: null }],
    ["a malformed one", "api_key_malformed", { key: "smk_live_short" }],
    ["another scheme", "api_key_malformed", { headers: { authorization: "Basic YTpi" } }],
    ["an unknown one", "api_key_unknown", { key: `smk_live_${"0".repeat(28)}` }],
  ])("%s", async (_, code, options) => {
    await refusedWithNothingDone([401, code], ["POST", reservations, { body, ...options }]);
  });

  test.each<[string, string, string | null]>([
    ["no idempotency key", "idempotency_key_missing", null],
    ["an empty one", "idempotency_key_malformed", '""'],
    ["one of 256 characters", "idempotency_key_malformed", "x".repeat(256)],
    ["an open quote", "idempotency_key_malformed", '"x'],
  ])("%s", async (_, code, idempotencyKey) => {
    await refusedWithNothingDone([400, code], ["POST", reservations, { body, idempotencyKey }]);
  });
});

test("a body of another type or encoding", async () => {
  const body = "count=1";
  for (const headers of [
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "application/json; charset=iso-8859-1" },
  ]) {
    await refusedWithNothingDone(
      [415, "unsupported_media_type"],
      ["POST", reservations, { body, headers }],
    );
  }
  const headers = { ...json, "content-encoding": "gzip" };
  await refusedWithNothingDone(
    [415, "content_encoding_unsupported"],
    ["POST", reservations, { body, headers }],
  );
});

describe("a database", () => {
  const down = { kind: "fail", sqlstate: "57P03", message: "starting up", times: 100 } as const;
  test.each([
    ["that is down", { ...down, match: "reserve_v1" }, "database_unavailable"],
    ["that is too slow", { ...down, sqlstate: "57014", match: "reserve_v1" }, "database_slow"],
    ["that is cut off", { kind: "cut_before", times: 100, match: "reserve_v1" }, "outcome_unknown"],
  ] as const)(
    "%s: 503 with Retry-After, and the same request works later",
    async (_, fault, code) => {
      const before = await state(service);
      const options = { body: { count: 1 }, idempotencyKey: code };
      await service.database.fault(fault);
      const problem = await refused(service, [503, code], "POST", reservations, options);
      await service.database.fault(null);
      expect(problem.retryable).toBe(true);
      expect(await state(service)).toEqual(before);
      const answer = await service.call("POST", reservations, options);
      expect([answer.status, answer.headers.get("idempotent-replayed")]).toEqual([201, null]);
    },
  );
});
