import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkName } from "../../src/domain/patterns/names.ts";
import { bind } from "../../src/domain/patterns/bind.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { allAt, fieldValues, moments, numbers, patterns, valueOf } from "./arbitrary.ts";

const form = { prefix: "A", width: 4, suffix: "-9" };

describe("rendering", () => {
  it.each([
    [0n, "A0000-9"],
    [1n, "A0001-9"],
    [9999n, "A9999-9"],
    [10_000n, "A10000-9"],
    [12_345n, "A12345-9"],
    [9_007_199_254_740_993n, "A9007199254740993-9"],
    [999_999_999_999_999_999n, "A999999999999999999-9"],
  ])("pads to the width and never cuts: %s", (number, name) => {
    expect(render(form, number)).toBe(name);
  });

  it("makes names that are names", () => {
    fc.assert(
      fc.property(patterns, moments, fieldValues, numbers, (pattern, moment, fields, number) => {
        const bound = bind(pattern, allAt(moment), fields);
        if (!bound.ok) return;
        const name = render(bound.value, number);
        if (name.length <= 128) expect(valueOf(checkName(name))).toBe(name);
      }),
    );
  });
});
