import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { isTimeZone, momentOf, parseFiscalYearStart } from "../../src/domain/patterns/moment.ts";
import { momentAt, valueOf } from "./arbitrary.ts";

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const now = Date.UTC(2026, 0, 1, 13, 4, 5, 999);

describe("a moment", () => {
  it("is now, in the time zone, when nothing is given", () => {
    expect(momentOf(undefined, "UTC", now)).toEqual({
      ok: true,
      value: {
        year: 2026,
        month: 1,
        day: 1,
        hour: 13,
        minute: 4,
        second: 5,
        dayOfYear: 1,
        isoWeek: 1,
        isoYear: 2026,
        fiscalYearStart: 2026,
        fiscalYearEnd: 2026,
        date: "2026-01-01",
      },
    });
    expect(valueOf(momentOf(undefined, "Asia/Kathmandu", now))).toMatchObject({
      hour: 18,
      minute: 49,
    });
  });

  it.each([
    ["2025-12-31T16:00:00Z", "Asia/Tokyo", "2026-01-01", 1, 0, 0],
    ["2025-12-31T14:59:59Z", "Asia/Tokyo", "2025-12-31", 23, 59, 59],
    ["2026-01-01T00:00:00Z", "UTC", "2026-01-01", 0, 0, 0],
    ["2026-01-01t13:04:05z", "UTC", "2026-01-01", 13, 4, 5],
    ["2026-01-01T13:04:05.999999999Z", "UTC", "2026-01-01", 13, 4, 5],
    ["2026-01-01T01:00:00+02:00", "UTC", "2025-12-31", 23, 0, 0],
    ["2025-12-31T23:30:00-01:30", "UTC", "2026-01-01", 1, 0, 0],
    ["2026-01-01T12:00:00-00:00", "UTC", "2026-01-01", 12, 0, 0],
    ["2026-01-01T00:00:00+23:59", "UTC", "2025-12-31", 0, 1, 0],
    ["1969-12-31T23:59:59.5Z", "UTC", "1969-12-31", 23, 59, 59],
    // New York: 02:00 is skipped on 2026-03-08, 01:00 comes twice on 2026-11-01.
    ["2026-03-08T06:59:59Z", "America/New_York", "2026-03-08", 1, 59, 59],
    ["2026-03-08T07:00:00Z", "America/New_York", "2026-03-08", 3, 0, 0],
    ["2026-11-01T05:30:00Z", "America/New_York", "2026-11-01", 1, 30, 0],
    ["2026-11-01T06:30:00Z", "America/New_York", "2026-11-01", 1, 30, 0],
    // Lord Howe: +10:30, in summer +11:00, by half an hour, at 02:00 on the first Sunday of April
    // (back) and October (ahead).
    ["2026-04-04T14:59:59Z", "Australia/Lord_Howe", "2026-04-05", 1, 59, 59],
    ["2026-04-04T15:00:00Z", "Australia/Lord_Howe", "2026-04-05", 1, 30, 0],
    ["2026-10-03T15:29:59Z", "Australia/Lord_Howe", "2026-10-04", 1, 59, 59],
    ["2026-10-03T15:30:00Z", "Australia/Lord_Howe", "2026-10-04", 2, 30, 0],
    ["2025-12-31T18:15:00Z", "Asia/Kathmandu", "2026-01-01", 0, 0, 0],
    ["2025-12-31T18:14:59Z", "Asia/Kathmandu", "2025-12-31", 23, 59, 59],
    ["0001-01-01T00:00:00Z", "UTC", "0001-01-01", 0, 0, 0],
    ["9999-12-31T23:59:59Z", "UTC", "9999-12-31", 23, 59, 59],
  ])("%s in %s", (at, zone, date, hour, minute, second) => {
    expect(momentAt(at, zone)).toMatchObject({ date, hour, minute, second });
  });

  it("takes a bare date as it is in every zone", () => {
    for (const zone of ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
      expect(momentAt("2026-03-04", zone)).toMatchObject({
        date: "2026-03-04",
        day: 4,
        hour: 0,
        minute: 0,
        second: 0,
      });
    }
  });

  it.each([
    ["2020-12-31", 53, 2020],
    ["2021-01-01", 53, 2020],
    ["2021-01-03", 53, 2020],
    ["2021-01-04", 1, 2021],
    ["2024-12-29", 52, 2024],
    ["2024-12-30", 1, 2025],
    ["2020-01-01", 1, 2020],
    ["2023-01-01", 52, 2022],
    ["2026-12-31", 53, 2026],
    ["2027-01-01", 53, 2026],
    ["0001-01-01", 1, 1],
    ["9999-12-31", 52, 9999],
  ])("%s is in week %i of %i (ISO 8601)", (at, isoWeek, isoYear) => {
    expect(momentAt(at)).toMatchObject({ isoWeek, isoYear });
  });

  it.each([
    ["2024-12-31", 366],
    ["2025-12-31", 365],
    ["2024-02-29", 60],
    ["2024-03-01", 61],
    ["1900-12-31", 365],
    ["2000-12-31", 366],
  ])("%s is day %i of its year", (at, dayOfYear) => {
    expect(momentAt(at)).toMatchObject({ dayOfYear });
  });

  it.each([
    ["1960-01-15", "06-01", 1959, 1960],
    ["1960-12-15", "06-01", 1960, 1961],
    ["2026-05-31", "06-01", 2025, 2026],
    ["2026-06-01", "06-01", 2026, 2027],
    ["2026-04-05", "04-06", 2025, 2026],
    ["2026-04-06", "04-06", 2026, 2027],
    ["2026-01-01", "01-01", 2026, 2026],
    ["2026-12-31", "01-01", 2026, 2026],
    ["2026-01-01", "01-02", 2025, 2026],
  ])("%s with fiscal years from %s: %i to %i", (at, start, fiscalYearStart, fiscalYearEnd) => {
    expect(momentAt(at, "UTC", start)).toMatchObject({ fiscalYearStart, fiscalYearEnd });
  });

  it("begins its fiscal year by the zone's calendar", () => {
    const at = "2026-05-31T16:00:00Z";
    expect(momentAt(at, "Asia/Tokyo", "06-01")).toMatchObject({ fiscalYearStart: 2026 });
    expect(momentAt(at, "UTC", "06-01")).toMatchObject({ fiscalYearStart: 2025 });
  });

  it.each([
    ["2026-01-01T13:04:05", "at_without_offset"],
    ["2026-01-01 13:04:05", "at_without_offset"],
    ["2026-01-01T13:04", "at_without_offset"],
    ["2026-01-01T13:04:05.5", "at_without_offset"],
    ["0000-01-01", "at_out_of_range"],
    ["0000-12-31T23:59:59Z", "at_out_of_range"],
    ["0000-12-31T23:59:59-00:01", "at_out_of_range"],
    ["10000-01-01", "at_out_of_range"],
    ["+12026-01-01T00:00:00Z", "at_out_of_range"],
    ["-0001-01-01", "at_out_of_range"],
    ["0001-01-01T00:00:00+00:01", "at_out_of_range"],
    ["9999-12-31T23:59:59-00:01", "at_out_of_range"],
  ])("refuses %s: %s", (at, code) => {
    expect(momentOf(at, "UTC", now)).toMatchObject({
      ok: false,
      code,
      facts: { at },
      pointer: "/at",
    });
  });

  it.each([
    ["", "shape"],
    [" 2026-01-01", "shape"],
    ["2026-01-01Z", "shape"],
    ["2026-1-1", "shape"],
    ["20260101", "shape"],
    ["2026-01-01 13:04:05Z", "shape"],
    ["2026-01-01T13:04Z", "shape"],
    ["2026-01-01T13:04:05+0200", "shape"],
    ["2026-01-01T13:04:05+02", "shape"],
    ["2026-01-01T13:04:05.Z", "shape"],
    ["2026-01-01T13:04:05 Z", "shape"],
    ["2026-01-01T13:04:05Z\n", "shape"],
    ["2026-01-01T13:04:05 02:00", "plus"],
    ["2026-01-01T13:04:05.5 02:00", "plus"],
    ["2026-01-01T13:04:05  02:00", "shape"],
    ["２０２６-01-01", "shape"],
    ["now", "shape"],
    ["1767225600", "shape"],
    ["2026-02-30", "date"],
    ["2025-02-29", "date"],
    ["1900-02-29T00:00:00Z", "date"],
    ["2026-04-31T00:00:00Z", "date"],
    ["2026-13-01", "date"],
    ["2026-00-01", "date"],
    ["2026-01-00", "date"],
    ["2026-01-01T24:00:00Z", "time"],
    ["2026-01-01T23:60:00Z", "time"],
    ["2026-01-01T23:59:61Z", "time"],
    ["2016-12-31T23:59:60Z", "leap_second"],
    ["2026-01-01T00:00:00+24:00", "offset"],
    ["2026-01-01T00:00:00-02:60", "offset"],
  ])("refuses %j as malformed: %s", (at, problem) => {
    expect(momentOf(at, "UTC", now)).toMatchObject({
      ok: false,
      code: "at_malformed",
      facts: { at, problem },
      pointer: "/at",
    });
  });

  it("refuses years outside 1..9999 also when the zone or the fiscal year makes them so", () => {
    const refused = { ok: false, code: "at_out_of_range" };
    expect(momentOf("0001-01-01T00:00:00Z", "America/New_York", now)).toMatchObject(refused);
    expect(momentOf("9999-12-31T23:00:00Z", "Asia/Tokyo", now)).toMatchObject(refused);
    expect(momentOf("0001-01-15", "UTC", now, "06-01")).toMatchObject(refused);
    expect(momentOf("9999-06-01", "UTC", now, "06-01")).toMatchObject(refused);
    expect(momentOf(undefined, "UTC", Number.NaN)).toMatchObject(refused);
  });

  it("refuses an unknown zone, for a bare date too", () => {
    expect(momentOf("2026-01-01", "Mars/Base", now)).toMatchObject({
      code: "time_zone_unknown",
      facts: { time_zone: "Mars/Base" },
    });
  });

  it("agrees with Date on every instant in UTC", () => {
    const instant = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(instant, (seconds) => {
        const date = new Date(seconds * 1000);
        const moment = momentAt(date.toISOString(), "UTC");
        const yearBegins = new Date(date).setUTCMonth(0, 1);
        const ordinal = Math.floor((date.getTime() - yearBegins) / 86_400_000) + 1;
        // ISO 8601: a week belongs to the year of its Thursday, and is the Thursday's seventh.
        const thursday = new Date(date);
        thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
        const thursdaysYear = new Date(thursday).setUTCMonth(0, 1);
        const isoWeek = Math.floor((thursday.getTime() - thursdaysYear) / 86_400_000 / 7) + 1;
        expect(moment).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
          second: date.getUTCSeconds(),
          dayOfYear: ordinal,
          isoWeek,
          isoYear: thursday.getUTCFullYear(),
          fiscalYearStart: date.getUTCFullYear(),
          fiscalYearEnd: date.getUTCFullYear(),
          date: date.toISOString().slice(0, 10),
        });
        expect(valueOf(momentOf(undefined, "UTC", seconds * 1000))).toEqual(moment);
        expect(momentAt(moment.date)).toEqual({ ...moment, hour: 0, minute: 0, second: 0 });
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same for one instant written with any offset", () => {
    const zones = fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe");
    const minutes = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), minutes, zones, (seconds, offset, zone) => {
        const local = new Date((seconds + offset * 60) * 1000).toISOString().slice(0, 19);
        const ahead = Math.abs(offset);
        const written = `${offset < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
        expect(momentAt(local + written, zone)).toEqual(
          valueOf(momentOf(undefined, zone, seconds * 1000)),
        );
      }),
    );
  });

  it("answers any text whatever", () => {
    const pieces = fc.constantFrom(
      "2026",
      "-",
      "01",
      "31",
      "T",
      "13",
      ":",
      "05",
      "Z",
      "+",
      ".",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), fc.string(), (chosen, zone) => {
        expect(momentOf(chosen.join(""), "UTC", now).ok).toBeTypeOf("boolean");
        expect(isTimeZone(zone)).toBeTypeOf("boolean");
      }),
    );
  });
});

describe("a time zone", () => {
  it.each([
    "UTC",
    "utc",
    "Asia/Tokyo",
    "asia/tokyo",
    "Etc/GMT+5",
    "EST5EDT",
    "Europe/Kyiv",
    "CET",
    "Asia/Calcutta",
    "Asia/Kolkata",
    "America/Argentina/Buenos_Aires",
  ])("can be %s", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each([
    "",
    "+02:00",
    "-05",
    "+0200",
    "UTC+2",
    "GMT+2",
    "Z",
    "Mars/Base",
    "Asia/",
    "/Tokyo",
    "Asia/Tokyo ",
    "PST",
    "BST",
    "ist",
    "SystemV/PST8PDT",
    "Etc/Unknown",
    "Asia\u0000/Tokyo",
    "\u212Aenya",
  ])("cannot be %j", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe("the start of the fiscal year", () => {
  it("is a day that every year has", () => {
    expect(parseFiscalYearStart("06-01")).toEqual({ ok: true, value: { month: 6, day: 1 } });
    expect(parseFiscalYearStart("02-28").ok).toBe(true);
    expect(parseFiscalYearStart("12-31").ok).toBe(true);
  });

  it.each([
    ["02-29", "leap_day"],
    ["02-30", "date"],
    ["04-31", "date"],
    ["13-01", "date"],
    ["00-10", "date"],
    ["06-00", "date"],
    ["6-1", "shape"],
    ["06-01 ", "shape"],
    ["", "shape"],
  ])("cannot be %j: %s", (text, problem) => {
    const refused = {
      ok: false,
      code: "fiscal_year_start_malformed",
      facts: { fiscal_year_start: text, problem },
      pointer: "/fiscal_year_start",
    };
    expect(parseFiscalYearStart(text)).toEqual(refused);
    expect(momentOf("2026-01-01", "UTC", now, text)).toEqual(refused);
  });
});
