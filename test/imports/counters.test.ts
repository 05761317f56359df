import { describe, expect, it } from "vitest";

import type { KnownCounter } from "../../src/domain/imports/apply/counters.ts";
import { Counters } from "../../src/domain/imports/apply/counters.ts";
import type { KnownLots } from "../../src/domain/imports/apply/lots.ts";
import { decideLots } from "../../src/domain/imports/apply/lots.ts";
import { shownNumbers } from "../../src/domain/imports/apply/shown-numbers.ts";
import type { ServedProduct } from "../../src/domain/definitions/definitions.ts";
import { parsePattern } from "../../src/domain/patterns/dialects.ts";

const known: KnownCounter = { sequence: "s", period: "", next: "5", step: "10", tried: null };

/** A number of `s`, whose counter is two digits wide. */
function shown(number: bigint, period = "") {
  const form = { period, prefix: "", width: 2, suffix: "" };
  return { sequence: "s", counter: "s", number, isWide: number > 99n, form };
}

describe("counters that a file moves", () => {
  it.each([
    ["a number up to 100,000 ahead", known, 100_005n, null],
    ["one more", known, 100_006n, "5"],
    ["another period, which is not known", { ...known, period: "2026" }, 100_006n, null],
    ["where a dry run came to", { ...known, tried: "5" }, 100_016n, "15"],
    ["and that is behind the counter", { ...known, tried: "4" }, 100_016n, "5"],
  ])("%s", (_, counter, number, next) => {
    const jump = new Counters([counter]).jumpTo(shown(number));
    expect(jump === null ? null : String(jump.next)).toBe(next);
  });

  it("go on in whole steps", () => {
    const counters = new Counters([known]);
    counters.pass(shown(6n));
    // 5 and 15 are passed by 15, and 25 by what lies between.
    for (const [number, next] of [
      [15n, "25"],
      [14n, "25"],
      [24n, "25"],
      [25n, "35"],
    ] as const) {
      counters.pass(shown(number));
      expect(counters.jumpTo(shown(10n ** 17n))).toMatchObject({ next: BigInt(next) });
    }
  });

  it("tell the highest number of each series that was passed", () => {
    const counters = new Counters([]);
    for (const number of [7n, 200_000n, 8n]) counters.pass(shown(number));
    counters.pass(shown(3n, "2026"));
    expect(counters.passed()).toEqual([
      { sequence: "s", period: "", number: "200000" },
      { sequence: "s", period: "2026", number: "3" },
    ]);
  });
});

describe("rows of lots", () => {
  const parsed = parsePattern("odoo", { prefix: "", padding: 3, suffix: "" });
  if (!parsed.ok) throw new Error("The pattern cannot be read.");
  const product: ServedProduct = {
    sku: "P",
    hash: "h",
    tracking: "serial",
    sequence: "s",
    expiry: "none",
    shelfLifeDays: null,
    servedBy: {
      key: "s",
      hash: "h",
      pattern: parsed.value.pattern,
      reset: "never",
      counter: { key: "s", hash: "h" },
      timeZone: "UTC",
      fiscalYearStart: "01-01",
      ceiling: 999_999_999_999_999_999n,
    },
  };
  const products = new Map([
    ["P", product],
    ["Q", { ...product, sku: "Q" }],
  ]);
  const none: KnownLots = { lots: [], tried: [], issued: [], gapless: {}, counters: [] };

  function decide(rows: readonly (readonly [product: string, name: string])[], some: KnownLots) {
    const placed = rows.map(([sku, name], index) => {
      const empty = {
        location: null,
        party: null,
        reference: null,
        expires_on: null,
        produced_on: null,
        attributes: null,
      };
      const record = { product: sku, name, quantity: "1", state: "available", ...empty } as const;
      return { line: index + 2, record };
    });
    const numbers = shownNumbers(placed, products);
    const columns = { name: "Name", product: "Item" };
    const { outcome, writes } = decideLots(placed, {
      products,
      numbers,
      known: some,
      columns,
      isDry: true,
      from: 0,
    });
    return { refused: outcome.refused.map(({ line }) => line), passed: writes.passed, outcome };
  }

  it("of several products move the counter that they share", () => {
    const counters = [{ ...known, next: "1", step: "1" }];
    const rows = [
      ["P", "100001"],
      ["Q", "200002"],
      ["Q", "200003"],
      ["P", "300003"],
    ] as const;
    const { refused, passed, outcome } = decide(rows, { ...none, counters });
    // Each is 100,000 ahead at most, as 200,002 is of 100,002.
    expect(refused).toEqual([]);
    expect(passed).toEqual([{ sequence: "s", period: "", number: "300003" }]);
    expect(outcome.created).toBe(4);
  });

  it("that are refused do not move it, nor do those that are there", () => {
    const counters = [{ ...known, next: "1", step: "1" }];
    const lots = [
      {
        product: "P",
        name: "100001",
        quantity: "1",
        state: "available",
        location: null,
        party: null,
        reference: null,
        expires_on: null,
        produced_on: null,
        attributes: null,
      },
    ] as const;
    const rows = [
      ["P", "100001"],
      ["P", "100002"],
      ["P", "100003"],
      ["P", "999"],
    ] as const;
    const { refused, passed, outcome } = decide(rows, { ...none, lots, counters });
    expect(refused).toEqual([3, 4]);
    expect(outcome.refused[0]).toMatchObject({ column: "Name", code: "jump_too_far" });
    expect([outcome.created, outcome.unchanged]).toEqual([1, 1]);
    expect(passed).toEqual([{ sequence: "s", period: "", number: "999" }]);
  });

  it("that are told of no counter, as with allow_jump, are all taken", () => {
    expect(decide([["P", "999999999999999999"]], none).refused).toEqual([]);
  });
});
