/** What a clock on the wall of a time zone shows. */
export type WallClock = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

const zoneShape = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

// Of three letters the IANA database has only these. Intl also knows Java's old ones, such as BST for
// Bangladesh, and the withdrawn SystemV zones.
const threeLetterZones = /^(?:CET|EET|EST|GMT|HST|MET|MST|PRC|ROC|ROK|UCT|UTC|WET)$/i;
const notOfIana = /^(?:[a-z]{3}$|systemv\/)/i;

// Keyed in lower case, as zone names ignore case: so it never holds more than the zones there are.
const formats = new Map<string, Intl.DateTimeFormat>();

// What each zone showed last: requests come many a second, and Intl takes its time.
const shownLast = new Map<string, { readonly epochSeconds: number; readonly clock: WallClock }>();

/**
 * Whether `name` is a time zone of the IANA database, such as `Asia/Tokyo` or `UTC`, in any case.
 * An offset such as `+02:00` is not a time zone.
 */
export function isTimeZone(name: string): boolean {
  return formatOf(name) !== null;
}

/**
 * The wall clock of a zone at an instant, in whole epoch seconds. Years before 1 are 0 or less.
 * Null when the zone is unknown or the instant is outside of what a `Date` can hold.
 */
export function wallClock(epochSeconds: number, timeZone: string): WallClock | null {
  const key = timeZone.toLowerCase();
  const last = shownLast.get(key);
  if (last?.epochSeconds === epochSeconds) return last.clock;
  const format = formatOf(timeZone);
  const instant = new Date(epochSeconds * 1000);
  if (format === null || Number.isNaN(instant.getTime())) return null;
  const shown = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(shown.get(type));
  const yearOfEra = part("year");
  const clock = {
    year: shown.get("era")?.startsWith("B") === true ? 1 - yearOfEra : yearOfEra,
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
  shownLast.set(key, { epochSeconds, clock });
  return clock;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  const key = timeZone.toLowerCase();
  const known = formats.get(key);
  if (known !== undefined) return known;
  if (!zoneShape.test(timeZone)) return null;
  if (notOfIana.test(timeZone) && !threeLetterZones.test(timeZone)) return null;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(key, format);
    return format;
  } catch {
    // Intl answers an unknown zone with a RangeError.
    return null;
  }
}
