import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { momentOf } from "../../src/domain/patterns/moment.ts";
import { isPeriod } from "../../src/domain/sequences/named-series.ts";
import { periodOf, resets } from "../../src/domain/sequences/period.ts";
import { momentAt } from "../patterns/arbitrary.ts";

const fiscalYearStart = "06-01";

describe("the names of series", () => {
  it.each([
    ["fiscal", "2026"],
    ["fiscal", "FY0000"],
    ["fiscal", "FY9999"],
    ["monthly", "2026"],
    ["monthly", "2026-1"],
    ["monthly", "2026-11-01"],
    ["monthly", "2026-13"],
    ["weekly", "2026"],
    ["weekly", "2026-W60"],
    ["weekly", "2026-W00"],
    ["weekly", "2025-W53"],
    ["weekly", "9999-W53"],
    ["daily", "2026-11"],
    ["daily", "2026-02-30"],
    ["yearly", "-1"],
    ["yearly", "99999"],
    ["yearly", "FY2026"],
    ["yearly", "abc"],
    ["yearly", "0"],
    ["yearly", "0000"],
    ["yearly", "2026-13"],
    ["yearly", "٢٠٢٦"],
    ["yearly", "2026\n"],
    ["yearly", ""],
    ["never", "2026"],
  ] as const)("%s: not %j", (reset, text) => {
    expect(isPeriod(text, { reset, fiscalYearStart })).toBe(false);
  });

  it.each([
    ["fiscal", "FY0001"],
    ["fiscal", "FY9998"],
    ["yearly", "0001"],
    ["yearly", "9999"],
    ["weekly", "2026-W53"],
    ["daily", "2028-02-29"],
    ["never", ""],
    ["prefix", "SINV-2026-"],
    ["prefix", ""],
  ] as const)("%s: %j", (reset, text) => {
    expect(isPeriod(text, { reset, fiscalYearStart })).toBe(true);
  });

  const starts = fc.constantFrom("01-01", "01-02", "02-28", "06-01", "12-31");
  const day = fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.nat(365))
    .map(([year, days]) => new Date(Date.UTC(2000, 0, 1 + days)).setUTCFullYear(year))
    .map((time) => new Date(time).toISOString().slice(0, 10));

  it("are all that the moments of a reset have", () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...resets), starts, (date, reset, start) => {
        const moment = momentOf(date, "UTC", 0, start);
        if (!moment.ok) return;
        const period = periodOf(reset, moment.value);
        expect(isPeriod(period, { reset, fiscalYearStart: start })).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("are no others, however near they come", () => {
    // Every period of these years, and texts of the same parts.
    const years = Array.from({ length: 12 }, (_, at) => 2019 + at);
    const all = new Map(
      resets.map((reset) => [reset, new Set<string>(reset === "never" ? [""] : [])] as const),
    );
    for (let time = Date.UTC(2018, 11, 1); time < Date.UTC(2032, 1, 1); time += 86_400_000) {
      const moment = momentAt(new Date(time).toISOString().slice(0, 10), "UTC", fiscalYearStart);
      for (const [reset, known] of all) known.add(periodOf(reset, moment));
    }
    const part = fc.integer({ min: 0, max: 62 }).map((n) => String(n).padStart(2, "0"));
    const near = fc
      .tuple(
        fc.constantFrom("", "", "FY"),
        fc.constantFrom(...years),
        fc.constantFrom("", "-", "-W", "W", " "),
        fc.option(part, { nil: "" }),
        fc.constantFrom("", "", "-", " "),
        fc.option(part, { nil: "" }),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(near, fc.constantFrom(...resets), (text, reset) => {
        const known = all.get(reset)?.has(text) ?? false;
        expect(isPeriod(text, { reset, fiscalYearStart })).toBe(known);
      }),
      { numRuns: 20_000 },
    );
  });
});
