/** One of the five fields of a cron expression: its range, its names, and its value of a time. */
interface Field {
  name: string;
  min: number;
  max: number;
  /** Words for the values from `min` on. */
  words: readonly string[];
  of(time: Date): number;
}

const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59, words: [], of: (time) => time.getUTCMinutes() },
  { name: "hour", min: 0, max: 23, words: [], of: (time) => time.getUTCHours() },
  { name: "day", min: 1, max: 31, words: [], of: (time) => time.getUTCDate() },
  {
    name: "month",
    min: 1,
    max: 12,
    words: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" "),
    of: (time) => time.getUTCMonth() + 1,
  },
  {
    name: "weekday",
    min: 1,
    max: 7,
    words: "SUN MON TUE WED THU FRI SAT".split(" "),
    of: (time) => time.getUTCDay() + 1,
  },
];

/**
 * Reads a cron expression as Cloudflare does: five fields in UTC, weekdays from Sunday as 1, and a
 * time is due when day *and* weekday fit. Takes `*`, numbers, names, lists, ranges and steps; throws
 * for the rest (`L`, `W`, `#`). Answers whether a time's minute is due.
 */
export function readCron(expression: string): (time: Date) => boolean {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    throw new Error(`The cron expression "${expression}" has ${parts.length} fields, not 5.`);
  }
  const allowed = fields.map((field, index) => readField(field, parts[index] ?? "", expression));
  return (time) => fields.every((field, index) => allowed[index]?.has(field.of(time)) === true);
}

function readField(field: Field, text: string, expression: string): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
    if (match === null) throw unreadable(field, item, expression);
    const [, from, to, step] = match;
    const first = from === undefined ? field.min : readValue(field, from, expression);
    // `5/10` counts on to the end of the range, as `5-59/10`.
    const open = from === undefined || (to === undefined && step !== undefined);
    const last = open ? field.max : readValue(field, to ?? from, expression);
    const by = step === undefined ? 1 : Number(step);
    if (by === 0 || last < first) throw unreadable(field, item, expression);
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

function readValue(field: Field, text: string, expression: string): number {
  const word = field.words.indexOf(text.toUpperCase());
  const value = word === -1 ? Number(text) : word + field.min;
  if (Number.isInteger(value) && value >= field.min && value <= field.max) return value;
  throw unreadable(field, text, expression);
}

function unreadable(field: Field, text: string, expression: string): Error {
  return new Error(`The cron expression "${expression}" cannot be read: ${field.name} "${text}".`);
}
