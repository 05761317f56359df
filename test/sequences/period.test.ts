import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bind } from "../../src/domain/patterns/bind.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { firstDayOf, lastDayOf, periodOf, resets } from "../../src/domain/sequences/period.ts";
import { allAt, momentAt, moments, patternOf, valueOf } from "../patterns/arbitrary.ts";

/** The date some days later, by a calendar that is not the service's own. */
function shifted(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

describe("the period of a moment", () => {
  it.each([
    ["never", "2026-11-24", ""],
    ["yearly", "2026-11-24", "2026"],
    ["yearly", "0007-01-01", "0007"],
    ["monthly", "2026-11-24", "2026-11"],
    ["weekly", "2026-11-24", "2026-W48"],
    ["weekly", "2021-01-03", "2020-W53"],
    ["weekly", "2024-12-30", "2025-W01"],
    ["daily", "2026-11-24", "2026-11-24"],
    ["fiscal", "2026-05-31", "FY2025"],
    ["fiscal", "2026-06-01", "FY2026"],
  ] as const)("%s: %s is in %s", (reset, at, period) => {
    expect(periodOf(reset, momentAt(at, "UTC", "06-01"))).toBe(period);
  });

  it("names a fiscal year that is a calendar year after it", () => {
    expect(periodOf("fiscal", momentAt("2026-01-01"))).toBe("FY2026");
    expect(periodOf("fiscal", momentAt("2026-12-31"))).toBe("FY2026");
  });
});

describe("the first and the last day of a period", () => {
  it.each([
    ["2026", "01-01", "2026-01-01", "2026-12-31"],
    ["2024-02", "01-01", "2024-02-01", "2024-02-29"],
    ["2100-02", "01-01", "2100-02-01", "2100-02-28"],
    ["2026-W01", "01-01", "2025-12-29", "2026-01-04"],
    ["2020-W53", "01-01", "2020-12-28", "2021-01-03"],
    ["0001-W01", "01-01", "0001-01-01", "0001-01-07"],
    ["2026-11-24", "06-01", "2026-11-24", "2026-11-24"],
    ["FY2026", "01-01", "2026-01-01", "2026-12-31"],
    ["FY2026", "06-01", "2026-06-01", "2027-05-31"],
    ["FY2027", "03-01", "2027-03-01", "2028-02-29"],
    ["FY2026", "12-31", "2026-12-31", "2027-12-30"],
    ["9999-W52", "01-01", "9999-12-27", "9999-12-31"],
    ["FY9999", "01-01", "9999-01-01", "9999-12-31"],
  ])("%s with fiscal years from %s: %s to %s", (period, fiscalYearStart, first, last) => {
    expect(firstDayOf(period, fiscalYearStart)).toBe(first);
    expect(lastDayOf(period, fiscalYearStart)).toBe(last);
  });

  it.each(["", "2026-", "FY2026-11", "FY", "26", "2026-W1", "2026-11-24T00:00:00Z"])(
    "are none for %j",
    (period) => {
      expect(firstDayOf(period, "06-01")).toBeNull();
      expect(lastDayOf(period, "06-01")).toBeNull();
    },
  );

  it("enclose the days of the period and no others", () => {
    fc.assert(
      fc.property(
        moments,
        fc.constantFrom(...resets.filter((reset) => reset !== "never")),
        fc.constantFrom("01-01", "01-02", "02-28", "03-01", "06-01", "12-31"),
        fc.nat(),
        ({ date }, reset, fiscalYearStart, inside) => {
          const periodAt = (day: string): string =>
            periodOf(reset, momentAt(day, "UTC", fiscalYearStart));
          const period = periodAt(date);
          const first = firstDayOf(period, fiscalYearStart) ?? "";
          const last = lastDayOf(period, fiscalYearStart) ?? "";
          const days = (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
          expect(first <= date && date <= last).toBe(true);
          for (const day of [first, shifted(first, inside % days), last]) {
            expect(periodAt(day)).toBe(period);
          }
          expect(periodAt(shifted(first, -1))).not.toBe(period);
          expect(periodAt(shifted(last, 1))).not.toBe(period);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Draws a number for each document, every period counting from 1. */
function drawn(
  pattern: string,
  reset: (typeof resets)[number],
  days: readonly string[],
  fiscalYearStart = "01-01",
): readonly string[] {
  const counters = new Map<string, bigint>();
  return days.map((day) => {
    const moment = momentAt(day, "UTC", fiscalYearStart);
    const period = periodOf(reset, moment);
    const number = (counters.get(period) ?? 0n) + 1n;
    counters.set(period, number);
    return render(valueOf(bind(patternOf(pattern), allAt(moment), {})), number);
  });
}

describe("what peers' own tests draw", () => {
  it("never: 1915, 1916", () => {
    expect(drawn("{YYYY}-{0000}", "never", ["1915-03-01", "1916-03-01"])).toEqual([
      "1915-0001",
      "1916-0002",
    ]);
  });

  it("yearly: 1910, 1910, 1911", () => {
    const days = ["1910-01-01", "1910-12-31", "1911-01-01"];
    expect(drawn("{YYYY}-{0000}", "yearly", days)).toEqual(["1910-0001", "1910-0002", "1911-0001"]);
  });

  it("monthly: January, January, February 1980", () => {
    expect(
      drawn("{YYYY}{MM}-{0000}", "monthly", ["1980-01-01", "1980-01-31", "1980-02-01"]),
    ).toEqual(["198001-0001", "198001-0002", "198002-0001"]);
  });

  it("fiscal from 1 June: January 1960, December 1960", () => {
    const days = ["1960-01-15", "1960-12-15"];
    expect(drawn("{FY}{MM}-{0000}", "fiscal", days, "06-01")).toEqual([
      "195901-0001",
      "196012-0001",
    ]);
  });

  it("a back-dated document draws from its own period", () => {
    const days = ["2026-12-31", "2027-01-01", "2026-12-31"];
    expect(drawn("{YYYY}-{0000}", "yearly", days)).toEqual(["2026-0001", "2027-0001", "2026-0002"]);
  });

  it("yearly in Asia/Tokyo: 2025-12-31T16:00:00Z is 2026", () => {
    expect(periodOf("yearly", momentAt("2025-12-31T16:00:00Z", "Asia/Tokyo"))).toBe("2026");
  });
});
