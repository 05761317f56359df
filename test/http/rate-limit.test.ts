import { expect, test } from "vitest";
import { rateLimitFields } from "../../src/http/rate-limit.ts";

const none = { count_per_request: null, numbers_per_day: null, requests_per_minute: null };
const both = { count_per_request: 5, numbers_per_day: 999_999_999_999, requests_per_minute: 60 };
const policy = '"requests";q=60;w=60, "numbers";q=999999999999;qu="numbers";w=86400';

test("a key without quotas of a time is told nothing", () => {
  expect(rateLimitFields(none, {})).toEqual({});
  expect(rateLimitFields({ ...none, count_per_request: 5 }, {})).toEqual({});
});

test("what is left is told as far as it is known, and never less than nothing", () => {
  expect(rateLimitFields(both, {})).toEqual({ "ratelimit-policy": policy });
  const numbers = { used: 1, resets_in_s: 3600 };
  expect(rateLimitFields(both, { numbers })).toEqual({
    "ratelimit-policy": policy,
    ratelimit: '"numbers";r=999999999998;t=3600',
  });
  // Those that are over at once may be counted by a key whose quota is another's by a restore.
  const requests = { used: 61, resets_in_s: 1 };
  expect(rateLimitFields(both, { requests, numbers })["ratelimit"]).toBe(
    '"requests";r=0;t=1, "numbers";r=999999999998;t=3600',
  );
});

/** Structured Fields (RFC 9651), as much as is used: a list of strings with parameters. */
const item = String.raw`"[a-z]+"(?:;[a-z]+=(?:\d{1,15}|"[a-z]+"))+`;

test("the fields are lists of strings with parameters, whose numbers have at most 15 digits", () => {
  const list = new RegExp(`^${item}(?:, ${item})*$`);
  const use = { requests: { used: 0, resets_in_s: 60 }, numbers: { used: 0, resets_in_s: 90_000 } };
  for (const field of Object.values(rateLimitFields(both, use))) expect(field).toMatch(list);
});
