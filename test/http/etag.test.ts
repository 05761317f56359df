import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { etagOf, isKnown, versionsOf } from "../../src/http/etag.ts";

const versions = fc.stringMatching(/^[0-9a-f]{16}$/);
const spaces = fc.constantFrom("", " ", "  ", "\t");

describe("If-Match", () => {
  test("of any tags gives their versions, but for weak ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(versions, fc.boolean()), { minLength: 1, maxLength: 5 }),
        spaces,
        (tags, space) => {
          const header = tags.map(([version, weak]) => `${weak ? "W/" : ""}${etagOf(version)}`);
          expect(versionsOf(`${space}${header.join(`${space},${space}`)}${space}`)).toEqual(
            tags.filter(([, weak]) => !weak).map(([version]) => version),
          );
        },
      ),
    );
  });

  test("of a comma or a space within a tag is one tag", () => {
    expect(versionsOf('"a,b", "c"')).toEqual(["a,b", "c"]);
    expect(versionsOf('""')).toEqual([""]);
    expect(() => versionsOf('"a b"')).toThrow("if_match_malformed");
  });

  test("of a star is any version", () => {
    expect(versionsOf("*")).toBeNull();
    expect(versionsOf(" * ")).toBeNull();
  });

  test.each([undefined, "", "  "])("that is not there: %j", (header) => {
    expect(() => versionsOf(header)).toThrow("if_match_missing");
  });

  test.each(["a", '"a', 'a"', '"a"b', '"a" "b"', '"a",', ',"a"', 'w/"a"', '"*", *', "W/*"])(
    "that cannot be read: %s",
    (header) => {
      expect(() => versionsOf(header)).toThrow("if_match_malformed");
    },
  );
});

test("If-None-Match knows a tag whether it is weak or not", () => {
  fc.assert(
    fc.property(
      fc.array(versions, { maxLength: 4 }),
      versions,
      fc.boolean(),
      (others, own, weak) => {
        const tags = [...others, own].map((version) => `${weak ? "W/" : ""}${etagOf(version)}`);
        expect(isKnown(tags.join(", "), etagOf(own))).toBe(true);
        expect(isKnown(tags.slice(0, -1).join(", "), etagOf(own))).toBe(others.includes(own));
      },
    ),
  );
  expect(isKnown("*", '"x"')).toBe(true);
  expect(isKnown(undefined, '"x"')).toBe(false);
});
