import fc from "fast-check";
import { expect, test } from "vitest";

import { LineCutter } from "../../client/src/calls/lines.ts";

function linesOf(pieces: readonly string[], quotes: boolean): { lines: string[]; rest: string } {
  const cutter = new LineCutter({ quotes });
  return { lines: pieces.flatMap((piece) => [...cutter.cut(piece)]), rest: cutter.rest };
}

test("lines end with LF or CRLF, and what has no end is left", () => {
  expect(linesOf(["a\nb\r\n\nc"], false)).toEqual({ lines: ["a", "b", ""], rest: "c" });
});

test("quotes mean nothing elsewhere", () => {
  expect(linesOf(['"a\nb"\n'], false)).toEqual({ lines: ['"a', 'b"'], rest: "" });
});

test("a CSV's line is a record: line breaks between quotes are part of it", () => {
  expect(linesOf(['1,"a\nb ""c"" \r\n"\r\n2,d\r\n'], true)).toEqual({
    lines: ['1,"a\nb ""c"" \r\n"', "2,d"],
    rest: "",
  });
});

test("where a text is cut into pieces changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", '"', "\r", "\n", "\r\n", ","), { maxLength: 40 }),
      fc.boolean(),
      (pieces, quotes) => {
        expect(linesOf(pieces, quotes)).toEqual(linesOf([pieces.join("")], quotes));
      },
    ),
  );
});
