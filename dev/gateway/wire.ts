/** A statement as the frontend messages need it: its text and its parameters in text format. */
export interface Statement {
  query: string;
  params: readonly (string | null)[];
}

const PARSE = 0x50;
const BIND = 0x42;
const DESCRIBE = 0x44;
const EXECUTE = 0x45;

/** Describe of the unnamed portal, then Execute of it with no row limit. */
const DESCRIBE_EXECUTE = Buffer.from([
  DESCRIBE,
  0,
  0,
  0,
  6,
  0x50,
  0,
  EXECUTE,
  0,
  0,
  0,
  9,
  0,
  0,
  0,
  0,
  0,
]);

/** The Sync message: ends a pipeline, and outside BEGIN commits it. */
export const SYNC: Buffer = Buffer.from([0x53, 0, 0, 0, 4]);

/**
 * Parse, Bind, Describe and Execute of one statement through the unnamed statement and portal, in
 * one buffer and without Sync (PostgreSQL documentation, "Message Formats"). Parameters and results
 * are text, parameter types are left to the server. The query must not contain NUL.
 */
export function encodeStatement({ query, params }: Statement): Buffer {
  const queryBytes = Buffer.byteLength(query);
  const parseLength = 4 + 1 + queryBytes + 1 + 2;
  let bindLength = 4 + 1 + 1 + 2 + 2 + 2;
  for (const param of params) bindLength += 4 + (param === null ? 0 : Buffer.byteLength(param));
  const buffer = Buffer.allocUnsafe(1 + parseLength + 1 + bindLength + DESCRIBE_EXECUTE.length);

  let at = 0;
  buffer[at++] = PARSE;
  at = buffer.writeUInt32BE(parseLength, at);
  buffer[at++] = 0;
  at += buffer.write(query, at, "utf8");
  buffer[at++] = 0;
  at = buffer.writeUInt16BE(0, at);

  buffer[at++] = BIND;
  at = buffer.writeUInt32BE(bindLength, at);
  buffer[at++] = 0;
  buffer[at++] = 0;
  at = buffer.writeUInt16BE(0, at);
  at = buffer.writeUInt16BE(params.length, at);
  for (const param of params) {
    if (param === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const written = buffer.write(param, at + 4, "utf8");
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  at = buffer.writeUInt16BE(0, at);
  DESCRIBE_EXECUTE.copy(buffer, at);
  return buffer;
}

/** The CancelRequest that ends the statement which the given backend runs. */
export function encodeCancel(processId: number, secretKey: number): Buffer {
  const buffer = Buffer.allocUnsafe(16);
  buffer.writeInt32BE(16, 0);
  buffer.writeInt32BE(80877102, 4);
  buffer.writeInt32BE(processId, 8);
  buffer.writeInt32BE(secretKey, 12);
  return buffer;
}
