import { describe, expect, test } from "vitest";

import { readCron } from "../../dev/cron/expression.ts";

/** Times as `YYYY-MM-DDThh:mm` in UTC; 2026-11-01 is a Sunday. */
function due(expression: string, time: string): boolean {
  return readCron(expression)(new Date(`${time}:00Z`));
}

describe("cron expressions", () => {
  test.each([
    ["* * * * *", "2026-11-21T13:37", true],
    ["30 * * * *", "2026-11-21T13:30", true],
    ["30 * * * *", "2026-11-21T13:31", false],
    ["*/15 * * * *", "2026-11-21T13:45", true],
    ["*/15 * * * *", "2026-11-21T13:50", false],
    ["5/20 * * * *", "2026-11-21T13:25", true],
    ["5/20 * * * *", "2026-11-21T13:20", false],
    ["0 9-17 * * *", "2026-11-21T17:00", true],
    ["0 9-17/4 * * *", "2026-11-21T13:00", true],
    ["0 9-17/4 * * *", "2026-11-21T12:00", false],
    ["0 0 1,15 * *", "2026-11-15T00:00", true],
    ["0 0 * FEB *", "2026-02-03T00:00", true],
    ["0 0 * feb *", "2026-03-03T00:00", false],
    // Cloudflare counts Sunday as 1.
    ["0 0 * * 1", "2026-11-01T00:00", true],
    ["0 0 * * MON-FRI", "2026-11-02T00:00", true],
    ["0 0 * * MON-FRI", "2026-11-01T00:00", false],
    // Day and weekday must both fit.
    ["0 0 2 * SUN", "2026-11-02T00:00", false],
  ])("%s at %s: %s", (expression, time, expected) => {
    expect(due(expression, time)).toBe(expected);
  });

  test.each([
    ["* * * *", "has 4 fields, not 5"],
    ["60 * * * *", 'minute "60"'],
    ["* * 0 * *", 'day "0"'],
    ["* * L * *", 'day "L"'],
    ["* * * * 0", 'weekday "0"'],
    ["*/0 * * * *", 'minute "*/0"'],
    ["9-5 * * * *", 'minute "9-5"'],
    ["1.5 * * * *", 'minute "1.5"'],
  ])("%s is refused", (expression, part) => {
    expect(() => readCron(expression)).toThrow(part);
  });
});
