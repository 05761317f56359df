import { expect, test } from "vitest";

import { pauseAfter, secondsAsked } from "../../src/domain/webhooks/schedule.ts";

const hours = 3600;

test("ten attempts take a little more than three days", () => {
  const pauses = Array.from({ length: 10 }, (_, failed) => pauseAfter(failed + 1, 0, 0));
  expect(pauses).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
  const whole = pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0);
  // 75 h 35 min 5 s.
  expect(whole).toBe(75 * hours + 35 * 60 + 5);
});

test("a pause is up to a fifth longer, so that what failed together is not tried together", () => {
  expect(pauseAfter(2, 0, 0.5)).toBe(330);
  expect(pauseAfter(2, 0, 1)).toBe(360);
});

test("an attempt beyond the last, whose Worker died, is the last as well", () => {
  expect(pauseAfter(11, 0, 0)).toBeNull();
  expect(pauseAfter(10, 3600, 0)).toBeNull();
});

test("a receiver may ask for more time, up to a day, and not for less", () => {
  expect(pauseAfter(1, 120, 0)).toBe(120);
  expect(pauseAfter(2, 120, 0)).toBe(300);
  expect(pauseAfter(1, 1e9, 0)).toBe(86_400);
});

test("Retry-After is a number of seconds or a date", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  expect(secondsAsked("120", now)).toBe(120);
  expect(secondsAsked("Tue, 24 Nov 2026 12:01:30 GMT", now)).toBe(90);
  expect(secondsAsked("Tue, 24 Nov 2026 11:00:00 GMT", now)).toBe(0);
  for (const nothing of [null, "", "soon", "-5", "9".repeat(40)]) {
    expect(secondsAsked(nothing, now), String(nothing)).toBe(0);
  }
});
