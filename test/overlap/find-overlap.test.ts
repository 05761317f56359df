import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { findOverlap } from "../../src/domain/overlap/find-overlap.ts";
import { canMeet, outlineOf } from "../../src/domain/overlap/outline.ts";
import { bind } from "../../src/domain/patterns/bind.ts";
import { render } from "../../src/domain/patterns/render.ts";
import { fieldValues, momentAt, moments, numbers, patterns } from "../patterns/arbitrary.ts";
import {
  choices,
  gives,
  lastOfWidth,
  patternThatGives,
  renderedBy,
  versionOf,
} from "./versions.ts";

describe("derived", () => {
  it("x", () => {
    let n = 0,
      nul = 0,
      sk = 0;
    const slow: unknown[] = [];
    fc.assert(
      fc.property(
        patterns,
        moments,
        fieldValues,
        numbers,
        choices,
        (pattern, moment0, fields, number, choices) => {
          const moment = momentAt(moment0.date, "UTC", "06-01");
          const bound = bind(pattern, moment, fields);
          if (!bound.ok) return;
          const name = render(bound.value, number);
          if (name.length > 128) return;
          const other = patternThatGives(name, choices);
          if (other === null) {
            sk++;
            return;
          }
          const [a, b] = [
            versionOf(pattern, { sequence: "a", fiscalYearStart: "06-01" }),
            versionOf(other, { sequence: "b" }),
          ];
          n++;
          if (!canMeet(outlineOf(a), outlineOf(b))) throw new Error("prefilter");
          const t = Date.now();
          const found = findOverlap(a, [b]);
          const dt = Date.now() - t;
          if (dt > 30) slow.push([dt, a.pattern, b.pattern, name]);
          if (found === null) throw new Error("missed");
          if (found.example === null) {
            nul++;
            console.log(JSON.stringify([a.pattern, b.pattern, name]));
            return;
          }
          expect(renderedBy(a, found.example.one)).toBe(found.example.name);
          expect(renderedBy(b, found.example.other)).toBe(found.example.name);
          expect(gives(a, found.example.name)).toBe(true);
        },
      ),
      { numRuns: 20000, endOnFailure: true },
    );
    console.log(n, nul, sk, JSON.stringify(slow.slice(0, 10)));
  }, 300000);
});
void lastOfWidth;
