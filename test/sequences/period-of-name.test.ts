import fc from "fast-check";
import { expect, test } from "vitest";

import { bind } from "../../src/domain/patterns/bind.ts";
import { momentOf } from "../../src/domain/patterns/moment.ts";
import { parseNative } from "../../src/domain/patterns/native.ts";
import { nameReader } from "../../src/domain/patterns/read.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { periodReader } from "../../src/domain/sequences/period-of-name.ts";
import type { Reset } from "../../src/domain/sequences/period.ts";
import { periodOf } from "../../src/domain/sequences/period.ts";

function patternOf(text: string) {
  const pattern = parseNative(text);
  if (!pattern.ok) throw new Error(pattern.code);
  return pattern.value;
}

const telling: [Reset, string][] = [
  ["yearly", "{YYYY}-{0000}"],
  ["yearly", "{YY}{DOY}-{0000}"],
  ["monthly", "A{YYYY}{MM}-{0000}"],
  ["monthly", "{YY}/{DOY}/{0000}"],
  ["weekly", "{GGGG}W{WW}-{0000}"],
  ["daily", "{YYYY}{MM}{DD}-{0000}"],
  ["daily", "{YY}{DOY}-{0000}"],
  ["fiscal", "{FY}-{0000}"],
  ["fiscal", "{FYE2}-{0000}"],
  ["fiscal", "{YYYY}{MM}-{0000}"],
];

test.each(telling)("%s: %s tells the period of every name", (reset, text) => {
  const pattern = patternOf(text);
  const policy = { reset, fiscalYearStart: "06-01" };
  const [read, periodOfName] = [nameReader(pattern), periodReader(policy)];
  fc.assert(
    fc.property(
      fc.date({ min: new Date("2001-01-01"), max: new Date("2098-12-31"), noInvalidDate: true }),
      fc.bigInt({ min: 0n, max: 99_999n }),
      (day, number) => {
        const moment = momentOf(undefined, "UTC", day.getTime(), "06-01");
        if (!moment.ok) throw new Error(moment.code);
        const moments = { document: moment.value, period: moment.value, now: moment.value };
        const form = bind(pattern, moments, {});
        if (!form.ok) throw new Error(form.code);
        const name = read(render(form.value, number));
        if (name === null) throw new Error("It was not read.");
        expect(periodOfName(name)).toBe(periodOf(reset, moment.value));
      },
    ),
    { numRuns: 60 },
  );
});

test("a name that fits several periods tells none", () => {
  const read = nameReader(patternOf("{MM}-{0000}"));
  const name = read("11-0001");
  if (name === null) throw new Error("It was not read.");
  expect(periodReader({ reset: "monthly", fiscalYearStart: "01-01" })(name)).toBeNull();
  expect(periodReader({ reset: "never", fiscalYearStart: "01-01" })(name)).toBe("");
});
