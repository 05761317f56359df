import { headerOf } from "./request.ts";

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Whether the service closes the connection behind it. */
  readonly closes: boolean;
}

interface Head {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly closes: boolean;
  readonly body:
    | { kind: "none" }
    | { kind: "length"; length: number }
    | { kind: "chunked" | "open" };
}

/** Reads one answer (RFC 9112) from bytes as they come; throws where they are none. */
export class AnswerReader {
  readonly #method: string;
  #head: Head | undefined;
  /** What has come and is not read yet; joined only when something can be read of it. */
  #parts: Buffer[] = [];
  #size = 0;
  readonly #body: Buffer[] = [];
  #bodySize = 0;
  /** Bytes of the present chunk that are still to come, its line break included. */
  #chunkLeft = 0;

  constructor(method: string) {
    this.#method = method;
  }

  /** Undefined while more is to come. */
  take(chunk: Buffer): Answer | undefined {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    while (this.#head === undefined) {
      const all = this.#join();
      const end = all.indexOf("\r\n\r\n");
      if (end === -1) return undefined;
      const head = readHead(all.subarray(0, end).toString("latin1"), this.#method);
      this.#keep(all.subarray(end + 4));
      // 1xx come before the answer.
      if (head.status >= 200) this.#head = head;
    }
    switch (this.#head.body.kind) {
      case "none":
        return this.#answer(this.#head, Buffer.alloc(0));
      case "length": {
        const { length } = this.#head.body;
        if (this.#size < length) return undefined;
        return this.#answer(this.#head, this.#join().subarray(0, length));
      }
      case "chunked":
        return this.#takeChunks() ? this.#answer(this.#head, Buffer.concat(this.#body)) : undefined;
      case "open":
        return undefined;
    }
  }

  /** The answer whose end is that of the connection; undefined when one was left unfinished. */
  atEnd(): Answer | undefined {
    if (this.#head?.body.kind !== "open") return undefined;
    return this.#answer(this.#head, this.#join());
  }

  #answer({ status, headers, closes }: Head, body: Buffer): Answer {
    return { status, headers, closes, body };
  }

  #join(): Buffer {
    const [only] = this.#parts;
    const all = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    this.#keep(all);
    return all;
  }

  #keep(left: Buffer): void {
    this.#parts = [left];
    this.#size = left.length;
  }

  /** Whether the last chunk has come. */
  #takeChunks(): boolean {
    for (;;) {
      if (this.#chunkLeft > 0) {
        if (this.#size === 0) return false;
        const all = this.#join();
        const part = all.subarray(0, this.#chunkLeft);
        this.#chunkLeft -= part.length;
        this.#body.push(part);
        this.#bodySize += part.length;
        this.#keep(all.subarray(part.length));
        continue;
      }
      const all = this.#join();
      // The break behind a chunk's data stands before the next chunk's size.
      const begin = this.#bodySize > 0 ? 2 : 0;
      const end = all.indexOf("\r\n", begin);
      if (end === -1) return false;
      const line = all.subarray(begin, end).toString("latin1");
      if (!/^[0-9a-f]+(;.*)?$/i.test(line)) throw new Error(`No chunk has the size ${line}.`);
      const size = Number.parseInt(line, 16);
      if (size === 0) return all.length >= end + 4;
      this.#keep(all.subarray(end + 2));
      this.#chunkLeft = size;
    }
  }
}

function readHead(text: string, method: string): Head {
  const [first = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) throw new Error(`No answer begins with ${first}.`);
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    if (at < 1) throw new Error(`No header is ${line}.`);
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const length = headerOf(headers, "content-length");
  const closes = headerOf(headers, "connection")?.toLowerCase() === "close";
  const bare = method === "HEAD" || status < 200 || status === 204 || status === 304;
  if (bare) return { status, headers, closes, body: { kind: "none" } };
  if (headerOf(headers, "transfer-encoding") !== undefined) {
    return { status, headers, closes, body: { kind: "chunked" } };
  }
  if (length === undefined) return { status, headers, closes: true, body: { kind: "open" } };
  return { status, headers, closes, body: { kind: "length", length: Number(length) } };
}
