import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf } from "../../src/http/address.ts";

test("an address of version 4 is taken as it is", () => {
  const part = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.tuple(part, part, part, part), (parts) => {
      expect(addressOf(parts.join("."))).toBe(parts.join("."));
    }),
  );
});

test("one of version 6 is the same however it is written", () => {
  const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
      const short = parts.map((one) => one.toString(16)).join(":");
      const long = parts.map((one) => one.toString(16).toUpperCase().padStart(4, "0")).join(":");
      const address = addressOf(short);
      expect(address).not.toBeNull();
      expect(addressOf(long)).toBe(address);
      expect(addressOf(address ?? "")).toBe(address);
    }),
  );
});

test.each([
  // RFC 5952 section 4: no leading zeros, the longest run of zeros, the first of two, lower case.
  ["2001:0db8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:DB8::A", "2001:db8::a"],
  ["::", "::"],
  ["0:0:0:0:0:0:0:1", "::1"],
])("%s is %s", (header, address) => {
  expect(addressOf(header)).toBe(address);
});

test.each([
  undefined,
  "",
  " ",
  "unknown",
  "localhost",
  "203.0.113.7, 198.51.100.1",
  "203.0.113.7:443",
  "203.0.113",
  "203.0.113.7.1",
  "203.0.113.256",
  "203.0.113.07",
  "0x7f.0.0.1",
  "2130706433",
  "[2001:db8::1]",
  "2001:db8::1%eth0",
  "2001:db8::1/64",
  "2001:db8:::1",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "12345::",
  "g::1",
  "::1\u0000",
  "' or 1=1 --",
  `${"0:".repeat(500)}0`,
])("%j is no address", (header) => {
  expect(addressOf(header)).toBeNull();
});
