const byte = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const version4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`);

/**
 * The IP address in a header that a proxy sets, in the one form that each has (RFC 5952); null when the
 * header is not there or holds anything else, such as a list, a port or a zone.
 */
export function addressOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (version4.test(header)) return header;
  if (!/^[0-9a-f:.]{2,45}$/i.test(header) || !header.includes(":")) return null;
  const inBrackets = `http://[${header}]/`;
  // What the rule for URLs takes for the address of a host is one of version 6, nothing else.
  return URL.canParse(inBrackets) ? new URL(inBrackets).hostname.slice(1, -1) : null;
}
