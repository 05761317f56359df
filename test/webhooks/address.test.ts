import { expect, test } from "vitest";

import { allowedOrigins, isAllowed, refusalOfUrl } from "../../src/domain/webhooks/address.ts";

test.each([
  "https://erp.example/hooks",
  "https://erp.example:8443/hooks?tenant=1",
  "https://hooks.erp.co.uk",
  "https://erp.example./hooks",
  "https://münchen.example/",
  "https://8.8.8.8/",
  "https://192.0.1.1/",
  "https://172.32.0.1/",
  "https://100.128.0.1/",
  "https://[2606:4700:4700::1111]/",
  "https://[2001:4860:4860::8888]/",
  // No name of a private network, though it looks like one.
  "https://localhost.example/",
  "https://local.example/",
  "https://internal-tools.example/",
])("%s is taken", (url) => {
  expect(refusalOfUrl(url, [])).toBeUndefined();
});

const spellingsOfLoopback = [
  "https://127.0.0.1/",
  "https://127.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://017700000001/",
  "https://0177.0.0.1/",
  "https://127.000.000.001/",
  "https://127.0.0.1./",
  "https://1２7.0.0.1/",
  "https://127。0。0。1/",
  "https://%31%32%37.0.0.1/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::127.0.0.1]/",
  "https://[2002:7f00:1::]/",
  "https://localhost/",
  "https://LOCALHOST./",
  "https://x.localhost/",
  "https://localhost../",
  "https://x.localhost../",
];

test.each(spellingsOfLoopback)("%s, which is this machine, is refused", (url) => {
  expect(refusalOfUrl(url, [])).toMatch(/^has a host .*\.$/);
});

test.each([
  ["0.0.0.0", "this network"],
  ["10.1.2.3", "private"],
  ["100.64.0.1", "carrier-grade NAT"],
  ["100.127.255.255", "carrier-grade NAT"],
  ["169.254.169.254", "link-local, metadata of clouds"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.192", "protocol assignments"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relay"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmarking"],
  ["198.19.255.255", "benchmarking"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["[::]", "unspecified"],
  ["[fe80::1]", "link-local"],
  ["[fc00::1]", "unique local"],
  ["[fd12:3456::1]", "unique local"],
  ["[fec0::1]", "site-local"],
  ["[ff02::1]", "multicast"],
  ["[100::1]", "discard"],
  ["[2001::1]", "Teredo"],
  ["[2001:20::1]", "ORCHID"],
  ["[2001:db8::1]", "documentation"],
  ["[3fff::1]", "documentation"],
  ["[4000::1]", "not given out"],
])("%s, %s, is refused", (host) => {
  expect(refusalOfUrl(`https://${host}/hooks`, [])).toBe(
    "has a host that is not a public IP address.",
  );
});

test.each([
  "https://intranet/",
  "https://erp.local/",
  "https://erp.internal/",
  "https://metadata.google.internal/",
  "https://erp.lan/",
  "https://router.home.arpa/",
  "https://x.onion/",
  "https://erp..internal../",
])("%s, which no public name is, is refused", (url) => {
  expect(refusalOfUrl(url, [])).toMatch(/^has a host /);
});

test.each([
  ["http://erp.example/", "does not begin with https://."],
  ["ftp://erp.example/", "is not one that begins with https://."],
  ["file:///etc/passwd", "is not one that begins with https://."],
  ["gopher://erp.example/", "is not one that begins with https://."],
  ["javascript:alert(1)", "is not one that begins with https://."],
  ["//erp.example/", "is not one that begins with https://."],
  ["erp.example", "is not one that begins with https://."],
  ["", "is not one that begins with https://."],
  ["https://", "is not one that begins with https://."],
  ["https://300.1.1.1/", "is not one that begins with https://."],
  ["https://user@erp.example/", "has a user name or a password in it."],
  ["https://user:word@erp.example/", "has a user name or a password in it."],
  ["https://8.8.8.8@127.0.0.1/", "has a user name or a password in it."],
  ["https://erp.example/#top", "has a fragment (#), which is never sent."],
  [" https://erp.example/", "is not one that begins with https://."],
  ["https://erp.exa\nmple/", "is not one that begins with https://."],
  ["https://erp.example\\@127.0.0.1/", "is not one that begins with https://."],
  [`https://erp.example/${"x".repeat(2000)}`, "has more than 2000 characters."],
])("%j is refused: it %s", (url, reason) => {
  expect(refusalOfUrl(url, [])).toBe(reason);
});

test("an origin that is allowed by name is taken, and nothing beside it", () => {
  const allowed = allowedOrigins("http://127.0.0.1:9000, http://localhost:*") ?? [];
  expect(allowed).toHaveLength(2);
  for (const url of ["http://127.0.0.1:9000/x", "http://2130706433:9000/", "http://localhost:1/"]) {
    expect(refusalOfUrl(url, allowed), url).toBeUndefined();
    expect(isAllowed(url, allowed), url).toBe(true);
  }
  for (const url of [
    "http://127.0.0.1:9001/",
    "https://127.0.0.1:9000/",
    "https://localhost:1/",
    "http://127.0.0.2:9000/",
    "http://localhost.evil.example:1/",
    "http://user@127.0.0.1:9000/",
  ]) {
    expect(refusalOfUrl(url, allowed), url).toBeDefined();
  }
  expect(isAllowed("https://erp.example/", allowed)).toBe(false);
});
