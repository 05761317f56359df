import { maximumNumber } from "../../patterns/pattern.ts";
import { greatestIncrement } from "../../sequences/increment.ts";
import { sequenceKeyRule, sequenceKeyShape } from "../../sequences/key.ts";
import type { Kind, Reading } from "../kind.ts";
import type { PeriodRecord, SequenceRecord, WrittenPattern } from "../record.ts";
import type { Cells } from "../table/cells.ts";
import { choiceOf, flagOf } from "../values/choice.ts";
import { dayOf } from "../values/day.ts";
import { wholeOf } from "../values/number.ts";
import { plainTextOf } from "../values/text.ts";
import { ruleOfRanges } from "./date-ranges.ts";
import { odooSequenceKey } from "./odoo-sequence-key.ts";

type Field =
  | "key"
  | "name"
  | "code"
  | "prefix"
  | "suffix"
  | "padding"
  | "mode"
  | "next"
  | "stored_next"
  | "increment"
  | "use_date_range"
  | "first_day"
  | "last_day"
  | "range_next"
  | "range_stored_next"
  | "company";

/** Digits that a counter may be padded to in Odoo; what is too wide here is refused by the compiler. */
const widestPadding = 1000n;

const modes = {
  standard: "standard",
  Standard: "standard",
  no_gap: "gapless",
  "No gap": "gapless",
} as const;

/** Odoo's sequences (ir.sequence), with their date ranges as rows that go on below. */
export const odooSequences: Kind<Field, SequenceRecord> = {
  system: "odoo",
  fields: {
    key: ["key"],
    name: ["name", "Name"],
    code: ["code", "Sequence Code"],
    prefix: ["prefix", "Prefix"],
    suffix: ["suffix", "Suffix"],
    padding: ["padding", "Sequence Size"],
    mode: ["implementation", "Implementation"],
    next: ["number_next_actual", "Actual Next Number"],
    stored_next: ["number_next", "Next Number"],
    increment: ["number_increment", "Step"],
    use_date_range: ["use_date_range", "Use subsequences per date_range"],
    first_day: ["date_range_ids/date_from", "Subsequences/From"],
    last_day: ["date_range_ids/date_to", "Subsequences/To"],
    range_next: ["date_range_ids/number_next_actual", "Subsequences/Actual Next Number"],
    range_stored_next: ["date_range_ids/number_next", "Subsequences/Next Number"],
    company: ["company_id", "Company"],
  },
  // The others are what Odoo makes of a sequence that says nothing of them.
  needs: [
    ["name"],
    ["prefix"],
    ["padding"],
    ["next", "stored_next", "range_next", "range_stored_next"],
  ],
  listed: ["first_day", "last_day", "range_next", "range_stored_next"],
  unusable: [],
  attributes: false,
  parameters: ["margin", "allow_overlap"],
  company: "company",
  identity: ({ key }) => key,
  read: (rows, reading) => {
    const [cells] = rows;
    const name =
      plainTextOf(cells, "name") ?? cells.refuse("name", "import_value_missing", { field: "name" });
    const mode = choiceOf(cells, "mode", modes, "standard");
    const increment = wholeOf(cells, "increment", 1n, greatestIncrement) ?? 1n;
    const counter: Counter = { mode, increment, margin: reading.margin };
    const periods = hasPeriods(rows) ? rows.flatMap(periodReader(counter)) : null;
    return {
      key: keyOf(cells, name),
      name,
      pattern: patternOf(cells, reading),
      mode,
      increment: String(increment),
      ...resetOf(cells, periods),
      next: periods === null ? nextOf(cells, "next", "stored_next", counter) : null,
      periods: periods ?? [],
    };
  },
};

/** Whether a sequence begins anew with date ranges: as it says, else when it has any. */
function hasPeriods(rows: readonly [Cells<Field>, ...Cells<Field>[]]): boolean {
  const [cells] = rows;
  if (cells.has("use_date_range")) return flagOf(cells, "use_date_range");
  return rows.some((row) => !isWithoutRange(row));
}

function isWithoutRange(cells: Cells<Field>): boolean {
  return odooSequences.listed.every((field) => cells.isBlank(field));
}

function keyOf(cells: Cells<Field>, name: string): string {
  const key = cells.text("key").trim();
  if (key !== "") {
    if (sequenceKeyShape.test(key)) return key;
    cells.refuse("key", "import_text", { field: "key", value: key, rule: sequenceKeyRule });
  }
  const made = odooSequenceKey(cells.text("code"), name);
  return made === "" ? cells.refuse("name", "import_key_none", {}) : made;
}

function patternOf(cells: Cells<Field>, { compile }: Reading): WrittenPattern {
  const padding = wholeOf(cells, "padding", 0n, widestPadding) ?? 0n;
  const written: WrittenPattern = {
    dialect: "odoo",
    prefix: cells.text("prefix"),
    padding: Number(padding),
    suffix: cells.text("suffix"),
  };
  const compiled = compile(written);
  if (compiled.ok) return written;
  const field = compiled.pointer?.slice(1);
  return cells.refuseAs(field === "suffix" || field === "padding" ? field : "prefix", compiled);
}

/** How a counter goes on. */
interface Counter {
  readonly mode: "standard" | "gapless";
  readonly increment: bigint;
  readonly margin: bigint;
}

/**
 * The next number, as a decimal string. A standard sequence counts in a Postgres sequence, which only
 * the actual number shows; a gapless one in the row, where both are the same, and its number takes no
 * margin, which would be a gap.
 */
function nextOf(
  cells: Cells<Field>,
  actual: "next" | "range_next",
  stored: "stored_next" | "range_stored_next",
  { mode, increment, margin }: Counter,
): string {
  const known = wholeOf(cells, actual, 0n, maximumNumber);
  const next = known ?? (mode === "gapless" ? wholeOf(cells, stored, 0n, maximumNumber) : null);
  if (next === null) {
    if (mode === "standard") cells.refuse(actual, "import_counter_stale", {});
    return cells.refuse(actual, "import_value_missing", { field: actual });
  }
  const first = mode === "gapless" ? next : next + margin * increment;
  if (first <= maximumNumber) return String(first);
  return cells.refuse(actual, "import_number_beyond", { next: first, maximum: maximumNumber });
}

/** Reads the date range of a row, if it has one. */
function periodReader(counter: Counter) {
  return (cells: Cells<Field>): PeriodRecord[] => {
    if (isWithoutRange(cells)) return [];
    const day = (field: "first_day" | "last_day"): string =>
      dayOf(cells, field) ?? cells.refuse(field, "import_value_missing", { field });
    const first_day = day("first_day");
    const last_day = day("last_day");
    const next = nextOf(cells, "range_next", "range_stored_next", counter);
    return [{ first_day, last_day, next }];
  };
}

function resetOf(
  cells: Cells<Field>,
  periods: readonly PeriodRecord[] | null,
): Pick<SequenceRecord, "reset" | "fiscal_year_start"> {
  if (periods === null) return { reset: "never", fiscal_year_start: "01-01" };
  const days = new Set<string>();
  for (const { first_day } of periods) {
    if (days.has(first_day)) cells.refuse("first_day", "import_range_repeated", { day: first_day });
    days.add(first_day);
  }
  const rule = ruleOfRanges(periods);
  if ("reset" in rule) return rule;
  const { first_day, last_day } = rule;
  return cells.refuse("first_day", "import_ranges_irregular", { first_day, last_day });
}
