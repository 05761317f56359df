import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { render } from "../../src/domain/patterns/render.ts";
import { csvField } from "../../src/domain/reservations/names.ts";
import { createTestDatabase } from "../harness/database.ts";
import type { TestDatabase } from "../harness/database.ts";
import { numbers } from "../patterns/arbitrary.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ empty: false });
});

afterAll(() => database.drop());

/** Names are any text in NFC; a lone surrogate or U+0000 is none. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }).map((value) => value.replaceAll("\0", "")),
  fc.constantFrom("", "Ä-", "日本", "🏷️", "0", "1", "%s", "'", '"', "\\", "{}", " "),
);
const cases = fc.record({
  prefix: text,
  number: numbers,
  width: fc.integer({ min: 1, max: 19 }),
  suffix: text,
});

const batches = 25;
const batch = 40_000;

async function digestOf(names: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(names.join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `\\x${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The names that the store renders, as one digest or each of them. */
async function inStore(
  some: readonly { prefix: string; number: bigint; width: number; suffix: string }[],
  what: "digest" | "names",
): Promise<unknown> {
  const wanted =
    what === "digest"
      ? `sha256(convert_to(string_agg(name, E'\\n' order by place), 'UTF8'))`
      : "array_agg(name order by place)";
  const [row] = await database.query(
    `select ${wanted} as answer
     from (select render_name(prefix, number, width, suffix) as name, place
           from unnest($1::text[], $2::bigint[], $3::int[], $4::text[])
             with ordinality as given (prefix, number, width, suffix, place)) as rendered`,
    [
      some.map(({ prefix }) => prefix),
      some.map(({ number }) => number.toString()),
      some.map(({ width }) => width),
      some.map(({ suffix }) => suffix),
    ],
  );
  return row?.["answer"];
}

test(
  "a million random names read the same from TypeScript and from SQL",
  { timeout: 60_000 },
  async () => {
    // Texts and numbers are drawn once; every case is another pairing of them.
    const some = fc.sample(cases, { numRuns: 5000, seed: 20_261_121 });
    const texts = some.map(({ prefix }) => prefix);
    for (let at = 0; at < batches; at += 1) {
      const round = Array.from({ length: batch }, (_, index) => {
        const place = at * batch + index;
        const { number, width } = some[place % some.length] ?? { number: 0n, width: 1 };
        return {
          prefix: texts[(place * 7 + at) % texts.length] ?? "",
          // Near to the drawn one, so that no two rounds render the same numbers.
          number: number > BigInt(place) ? number - BigInt(place) : number,
          width: ((width + at) % 19) + 1,
          suffix: texts[(place * 13 + 5 * at) % texts.length] ?? "",
        };
      });
      const names = round.map(({ number, ...form }) => render(form, number));
      if ((await digestOf(names)) !== (await inStore(round, "digest"))) {
        expect(names).toEqual(await inStore(round, "names"));
      }
    }
  },
);

test("widths and long numbers by hand", async () => {
  const some = [
    { prefix: "", number: 0n, width: 1, suffix: "" },
    { prefix: "A", number: 12_345n, width: 4, suffix: "B" },
    { prefix: "Ä", number: 7n, width: 3, suffix: "日" },
    { prefix: "", number: 9_223_372_036_854_775_807n, width: 18, suffix: "" },
    { prefix: "", number: 999_999_999_999_999_999n, width: 18, suffix: "-" },
  ];
  const names = ["0", "A12345B", "Ä007日", "9223372036854775807", "999999999999999999-"];
  expect(await inStore(some, "names")).toEqual(names);
  expect(some.map(({ number, ...form }) => render(form, number))).toEqual(names);
});

test("100,000 random texts become the same CSV field", async () => {
  const special = fc.constantFrom(
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    '"',
    ",",
    "'",
    ";",
    " ",
    "a",
  );
  const tricky = fc.array(fc.oneof(special, special, text), { maxLength: 5 });
  const some = fc.sample(tricky, { numRuns: 50_000, seed: 1 }).map((parts) => parts.join(""));
  for (const raw of [false, true]) {
    const [row] = await database.query<{ fields: string[] }>(
      `select array_agg(csv_field(value, $2) order by place) as fields
       from unnest($1::text[]) with ordinality as given (value, place)`,
      [some, raw],
    );
    expect(row?.fields).toEqual(some.map((value) => csvField(value, raw)));
  }
});

test.each([
  ["plain", "plain", "plain"],
  ["=1+1", `"'=1+1"`, "=1+1"],
  ["@x", `"'@x"`, "@x"],
  ["-1", `"'-1"`, "-1"],
  ['a"b', '"a""b"', '"a""b"'],
  ['="x"', `"'=""x"""`, '"=""x"""'],
  ["a,b", '"a,b"', '"a,b"'],
  ["a\r\nb", '"a\r\nb"', '"a\r\nb"'],
  ["", "", ""],
])("the CSV field of %j", async (value, guarded, raw) => {
  expect([csvField(value, false), csvField(value, true)]).toEqual([guarded, raw]);
  const rows = await database.query("select csv_field($1, false) as g, csv_field($1, true) as r", [
    value,
  ]);
  expect(rows).toEqual([{ g: guarded, r: raw }]);
});
