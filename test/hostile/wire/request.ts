/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, written as they are. */
  readonly target: string;
  /** Written as they are, a character a byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
  readonly framing: Framing;
}

/** How the end of the body is told. */
export type Framing =
  /** By Content-Length, or with no body by nothing. */
  | { readonly kind: "length" }
  | { readonly kind: "chunked" }
  /** A Content-Length that is not the body's. */
  | { readonly kind: "wrong length"; readonly length: string }
  /** Content-Length and chunks, which contradict each other. */
  | { readonly kind: "both" }
  /** A body in chunks of which one is malformed. */
  | { readonly kind: "broken chunks" }
  /** Only so many bytes are sent, then the connection is closed. */
  | { readonly kind: "cut"; readonly after: number; readonly chunked: boolean };

const lineBreak = "\r\n";

/** The bytes of a request. */
export function bytesOf(request: WireRequest): Buffer {
  const { method, target, headers, framing } = request;
  const body = request.body ?? Buffer.alloc(0);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const withBody = (length: readonly string[], sent: readonly Buffer[]): Buffer => {
    const head = [...lines, ...length, "", ""].join(lineBreak);
    return Buffer.concat([Buffer.from(head, "latin1"), ...sent]);
  };
  const announced = `Content-Length: ${body.length}`;
  switch (framing.kind) {
    case "length":
      return withBody(request.body === null ? [] : [announced], [body]);
    case "chunked":
      return withBody(["Transfer-Encoding: chunked"], inChunks(body));
    case "wrong length":
      return withBody([`Content-Length: ${framing.length}`], [body]);
    case "both":
      return withBody([announced, "Transfer-Encoding: chunked"], inChunks(body));
    case "broken chunks":
      return withBody(["Transfer-Encoding: chunked"], [Buffer.from("-zz\r\n"), body]);
    case "cut": {
      const whole = framing.chunked
        ? withBody(["Transfer-Encoding: chunked"], inChunks(body))
        : withBody([announced], [body]);
      return whole.subarray(0, Math.min(framing.after, whole.length - 1));
    }
  }
}

const chunkBytes = 1000;

function inChunks(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  // Large bodies in few chunks, small ones in several.
  const size = Math.max(chunkBytes, Math.ceil(body.length / 10));
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return [...parts, Buffer.from("0\r\n\r\n")];
}

/** The value of a header, by any case of its name; the first one where it stands several times. */
export function headerOf(
  headers: readonly (readonly [string, string])[],
  name: string,
): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1];
}
