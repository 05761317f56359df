import fc from "fast-check";
import { expect, test } from "vitest";

import { numbers } from "../patterns/arbitrary.ts";
import { putSequence, reserve, serviceForTest } from "./service.ts";

// A range of numbers is looked up as runs of names of one length. They have to hold the names of these
// numbers, each in one run, and no others.

const suffixes = ["", "X", "/7", "09"] as const;
const widths = [1, 2, 4, 9] as const;

const cases = fc.array(
  fc.record({
    width: fc.constantFrom(...widths),
    suffix: fc.constantFrom(...suffixes),
    number: numbers,
    bounds: fc.tuple(numbers, numbers),
  }),
  { minLength: 100, maxLength: 100 },
);

test("runs of numbers hold exactly the names of these numbers", async () => {
  const service = await serviceForTest();
  for (const width of widths) {
    for (const [index, suffix] of suffixes.entries()) {
      const key = `s-${width}-${index}`;
      await putSequence(service, key, {
        pattern: `R-{${"0".repeat(width)}}${suffix}`,
        allow_overlap: true,
      });
      await reserve(service, key, 1);
    }
  }
  await fc.assert(
    fc.asyncProperty(cases, async (some) => {
      const given = some.map(({ width, suffix, number, bounds: [a, b] }) => {
        const [first, last] = a < b ? [a, b] : [b, a];
        const key = `s-${width}-${suffixes.indexOf(suffix)}`;
        const digits = number.toString().padStart(width, "0");
        const within = first <= number && number <= last;
        return { key, name: `R-${digits}${suffix}`, number, first, last, within };
      });
      const rows = await service.database.query<{ named: string; unnamed: string }>(
        `select count(*) filter (where in_run(jsonb_populate_record(null::lots,
                  jsonb_build_object('name', g.name, 'number', g.number)), r.first_name, r.digits, r.suffix))
                  as named,
                count(*) filter (where in_run(jsonb_populate_record(null::lots,
                  jsonb_build_object('name', g.name)), r.first_name, r.digits, r.suffix)) as unnamed
         from jsonb_to_recordset($2::jsonb)
              as g (n int, key text, name text, number bigint, first bigint, last bigint)
         join series s on s.tenant = $1 and s.sequence = g.key
         left join lateral runs_of_numbers($1, s.id, null, g.first, g.last) r
           on g.name collate "C" >= r.first_name collate "C"
          and g.name collate "C" <= r.last_name collate "C"
         group by g.n order by g.n`,
        [
          service.tenant,
          JSON.stringify(
            given.map(({ key, name, number, first, last }, n) => {
              const bounds = { first: String(first), last: String(last) };
              return { n, key, name, number: String(number), ...bounds };
            }),
          ),
        ],
      );
      given.forEach((one, index) => {
        const expected = one.within ? "1" : "0";
        const shown = `${one.name} in ${one.first} to ${one.last}`;
        expect(rows[index], shown).toEqual({ named: expected, unnamed: expected });
      });
    }),
    { numRuns: 20 },
  );
});
