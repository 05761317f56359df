/**
 * Which addresses a webhook may have. Names that lead to private addresses are none of this: those are kept
 * apart by the network that requests go out by.
 */

/** The most characters of an address. */
export const longestUrl = 2000;

/** Names and endings that no public name has: RFC 6761, 6762, 7686 and 8375, and ICANN's `internal`. */
const privateNames = [
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home.arpa",
  "onion",
  "invalid",
];

/**
 * What of IPv4 is no public address: the special-purpose registry of IANA (RFC 6890) and multicast. Each is the
 * first address and the length of the prefix.
 */
const privateIpv4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** What of 2000::/3, beside which no address of IPv6 is public, is none either, the same way. */
const privateIpv6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Addresses that are let in whatever is said here; see `allowedOrigins`. */
export type Allowed = readonly { readonly origin: string; readonly anyPort: boolean }[];

/** Reads `http://127.0.0.1:8080, http://localhost:*`; undefined where a part is no origin. */
export function allowedOrigins(text: string): Allowed | undefined {
  const parts = text.split(",").map((part) => part.trim());
  const read = parts.filter((part) => part !== "").map(readAllowed);
  const allowed = read.filter((one) => one !== undefined);
  return allowed.length === read.length ? allowed : undefined;
}

function readAllowed(text: string): Allowed[number] | undefined {
  const anyPort = text.endsWith(":*");
  const origin = anyPort ? text.slice(0, -2) : text;
  const url = parsed(origin);
  if (url === undefined || !isHttp(url) || url.origin !== origin) return undefined;
  return { origin, anyPort };
}

/** Whether an address is let in by name. */
export function isAllowed(text: string, allowed: Allowed): boolean {
  const url = parsed(text);
  if (url === undefined || !isHttp(url)) return false;
  return allowed.some(({ origin, anyPort }) =>
    anyPort ? `${url.protocol}//${url.hostname}` === origin : url.origin === origin,
  );
}

/** Why a webhook may not have this address, to stand behind "The address"; undefined if it may. */
export function refusalOfUrl(text: string, allowed: Allowed): string | undefined {
  if (text.length > longestUrl) return `has more than ${longestUrl} characters.`;
  const url = parsed(text);
  if (url === undefined || !isHttp(url)) return "is not one that begins with https://.";
  if (url.username !== "" || url.password !== "") return "has a user name or a password in it.";
  if (url.hash !== "") return "has a fragment (#), which is never sent.";
  if (isAllowed(text, allowed)) return undefined;
  if (url.protocol !== "https:") return "does not begin with https://.";
  return refusalOfHost(url.hostname);
}

/** `host` as the URL standard writes it: every spelling of an IPv4 address as four decimal numbers. */
function refusalOfHost(host: string): string | undefined {
  if (host.startsWith("[")) {
    return isPublicIpv6(host.slice(1, -1)) ? undefined : notPublic;
  }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPublicIpv4(host) ? undefined : notPublic;
  const name = host.replace(/\.$/, "");
  // More dots at the end would make another name of a private one.
  if (name.split(".").includes("")) return "has a host with nothing between two dots.";
  if (!name.includes(".")) return "has a host without a domain.";
  const isPrivate = privateNames.some((one) => name === one || name.endsWith(`.${one}`));
  return isPrivate ? "has a host of a private network." : undefined;
}

const notPublic = "has a host that is not a public IP address.";

function isPublicIpv4(text: string): boolean {
  const bits = bitsOfIpv4(text);
  return !privateIpv4.some(([first, length]) => startAlike(bits, bitsOfIpv4(first), length));
}

function isPublicIpv6(text: string): boolean {
  const bits = bitsOfIpv6(text);
  if (!bits.startsWith("001")) return false;
  return !privateIpv6.some(([first, length]) => startAlike(bits, bitsOfIpv6(first), length));
}

function startAlike(a: string, b: string, length: number): boolean {
  return a.slice(0, length) === b.slice(0, length);
}

function bitsOfIpv4(text: string): string {
  return text.split(".").map(binary(10, 8)).join("");
}

/** As the URL standard writes it: groups of hexadecimal digits, the longest run of zeros as `::`. */
function bitsOfIpv6(text: string): string {
  const [before = "", after] = text.split("::");
  const head = groupsOf(before);
  const tail = groupsOf(after ?? "");
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map(binary(16, 16)).join("");
}

function groupsOf(part: string): string[] {
  return part === "" ? [] : part.split(":");
}

function binary(radix: number, length: number): (digits: string) => string {
  return (digits) => parseInt(digits, radix).toString(2).padStart(length, "0");
}

function isHttp({ protocol }: URL): boolean {
  return protocol === "https:" || protocol === "http:";
}

function parsed(text: string): URL | undefined {
  // The standard passes over spaces, tabs and line breaks, which an address has by mistake or to mislead.
  if (/[\s\\]/.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}
