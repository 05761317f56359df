import { describe, expect, it } from "vitest";

import { findOverlap } from "../../src/domain/overlap/find-overlap.ts";
import { findSelfClash } from "../../src/domain/overlap/find-self-clash.ts";
import type { PatternVersion } from "../../src/domain/overlap/version.ts";
import { parseOdooAffixes } from "../../src/domain/patterns/odoo.ts";
import type { Reset } from "../../src/domain/sequences/period.ts";
import { valueOf } from "../patterns/arbitrary.ts";
import { renderedBy, versionOf } from "./versions.ts";

function odoo(prefix: string, reset: Reset, fiscalYearStart = "01-01"): PatternVersion {
  const pattern = valueOf(parseOdooAffixes({ prefix, padding: 4 }));
  return versionOf(pattern, { sequence: "odoo", first: 1n, reset, fiscalYearStart });
}

/** The name of the example with what is native, after checking that both render it. */
function exampleWith(one: PatternVersion, native: string): string | null {
  const other = versionOf(native);
  const overlap = findOverlap(one, [other]);
  if (overlap === null) return null;
  const { example } = overlap;
  if (example === null) throw new Error("found no example");
  expect(renderedBy(one, example.one)).toBe(example.name);
  expect(renderedBy(other, example.other)).toBe(example.name);
  return example.name;
}

describe("dates of the period", () => {
  it("show its first day", () => {
    expect(exampleWith(odoo("%(range_month)s/", "yearly"), "01/{0000}")).toBe("01/0001");
    expect(exampleWith(odoo("%(range_month)s/", "yearly"), "02/{0000}")).toBeNull();
    expect(exampleWith(odoo("%(range_month)s/", "fiscal", "06-01"), "06/{0000}")).toBe("06/0001");
    expect(exampleWith(odoo("%(range_month)s/", "monthly"), "02/{0000}")).toBe("02/0001");
    expect(exampleWith(odoo("%(range_weekday)s/", "weekly"), "1/{0000}")).toBe("1/0001");
    expect(exampleWith(odoo("%(range_weekday)s/", "weekly"), "2/{0000}")).toBeNull();
    expect(exampleWith(odoo("%(range_h24)s/", "yearly"), "13/{0000}")).toBeNull();
  });

  it("agree with the document's", () => {
    // A week that begins in 2025 has days of 2026, a year does not.
    expect(exampleWith(odoo("%(range_y)s.%(y)s/", "weekly"), "25.26/{0000}")).toBe("25.26/0001");
    expect(exampleWith(odoo("%(range_y)s.%(y)s/", "weekly"), "25.27/{0000}")).toBeNull();
    expect(exampleWith(odoo("%(range_y)s.%(y)s/", "yearly"), "25.26/{0000}")).toBeNull();
  });

  it("are the document's where there is no period", () => {
    expect(exampleWith(odoo("%(range_month)s/", "never"), "02/{0000}")).toBe("02/0001");
    expect(exampleWith(odoo("%(range_h24)s/", "never"), "13/{0000}")).toBe("13/0001");
    expect(exampleWith(odoo("%(range_y)s.%(y)s/", "never"), "25.26/{0000}")).toBeNull();
  });

  it("tell the periods apart", () => {
    expect(findSelfClash(odoo("%(range_year)s/", "yearly"))).toBeNull();
    expect(findSelfClash(odoo("%(range_year)s/", "fiscal", "06-01"))).toBeNull();
    expect(findSelfClash(odoo("%(range_year)s%(range_doy)s/", "weekly"))).toBeNull();
    expect(findSelfClash(odoo("%(range_year)s/", "monthly"))?.example?.name).toBe("2026/0001");
    expect(findSelfClash(odoo("%(range_month)s/", "monthly"))?.periods).toEqual([
      "2026-01",
      "2027-01",
    ]);
  });
});

describe("dates of now", () => {
  it("have nothing to do with the document's", () => {
    const one = odoo("%(y)s.%(current_y)s/", "yearly");
    expect(exampleWith(one, "25.26/{0000}")).toBe("25.26/0001");
    expect(findOverlap(one, [versionOf("25.27/{0000}")])?.example?.one).toMatchObject({
      at: "2025-01-01",
      now: "2027-01-01",
    });
  });

  it("agree with each other", () => {
    const one = odoo("%(current_y)s.%(current_year)s/", "yearly");
    expect(exampleWith(one, "26.2026/{0000}")).toBe("26.2026/0001");
    expect(exampleWith(one, "26.2027/{0000}")).toBeNull();
    expect(
      exampleWith(odoo("%(current_month)s%(current_day)s/", "never"), "0230/{0000}"),
    ).toBeNull();
  });

  it("tell no periods apart", () => {
    const version = odoo("%(current_year)s%(current_doy)s/", "daily");
    const clash = findSelfClash(version);
    expect(clash).toMatchObject({
      periods: ["2026-01-01", "2026-01-02"],
      problem: "period_not_shown",
    });
    const { one, other } = clash?.example ?? {};
    expect([one?.at, other?.at]).toEqual(["2026-01-01", "2026-01-02"]);
    expect(one?.now).toBe(other?.now);
    expect(one && renderedBy(version, one)).toBe(clash?.example?.name);
    expect(other && renderedBy(version, other)).toBe(clash?.example?.name);
  });
});

function touching(width: number, last: bigint): PatternVersion {
  const parts = [
    { kind: "field", name: "a" },
    { kind: "counter", width },
  ] as const;
  return versionOf({ parts, width }, { sequence: "own", last });
}

describe("a pattern whose counter a field touches", () => {
  it("may be saved again, but not with another width", () => {
    expect(findOverlap(touching(3, 999n), [touching(3, 999n)])).toBeNull();
    // A1 and 023, then A and 1023.
    expect(findOverlap(touching(4, 9999n), [touching(3, 999n)])).not.toBeNull();
  });
});
