import { fail } from "../../../errors.ts";

/** Bytes of the longest line, and characters of the longest row. */
export const longestRow = 1_048_576;

/** Bytes that are decoded at a time, so that a large chunk does not become a large text. */
const windowBytes = 65_536;

const lineFeed = 0x0a;
const byteOrderMark = "\u{FEFF}";

/**
 * The text of a stream in UTF-8, without a byte order mark, in pieces that end with a line break,
 * the last one perhaps not. The source is asked for more only when the next piece is; leaving early
 * cancels it. Fails: csv_encoding, csv_row_too_long.
 */
export async function* wholeLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string, undefined> {
  const reader = stream.getReader();
  const decoder = new LineDecoder();
  let ended = false;
  try {
    for (;;) {
      const chunk = await reader.read();
      if (chunk.done) break;
      for (let at = 0; at < chunk.value.length; at += windowBytes) {
        const text = decoder.read(chunk.value.subarray(at, at + windowBytes));
        if (text !== "") yield text;
      }
    }
    ended = true;
    const rest = decoder.end();
    if (rest !== "") yield rest;
  } finally {
    // What went wrong before is told, not that the rest could not be called off.
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
  return undefined;
}

/** Collects bytes up to a line break and decodes them; a character is never cut, as LF is in none. */
class LineDecoder {
  readonly #decoder = strictDecoder();
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** The line in which the held bytes begin. */
  #line = 1;
  #begun = false;

  read(bytes: Uint8Array): string {
    const end = bytes.lastIndexOf(lineFeed) + 1;
    if (end === 0) {
      this.#hold(bytes);
      return "";
    }
    this.#hold(bytes.subarray(0, end));
    const text = this.#decoded();
    this.#hold(bytes.subarray(end));
    return text;
  }

  end(): string {
    return this.#decoded();
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > longestRow + windowBytes) {
      fail("csv_row_too_long", { line: this.#line, limit: longestRow });
    }
  }

  #decoded(): string {
    const bytes = joined(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    let text: string;
    try {
      text = this.#decoder.decode(bytes);
    } catch {
      fail("csv_encoding", { line: this.#line + wrongLine(bytes) });
    }
    this.#line += lineFeeds(bytes);
    const first = !this.#begun && text.startsWith(byteOrderMark);
    this.#begun = true;
    return first ? text.slice(1) : text;
  }
}

function strictDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1))
    count += 1;
  return count;
}

/** How many lines stand before the first one that is not UTF-8. */
function wrongLine(bytes: Uint8Array): number {
  const decoder = strictDecoder();
  let before = 0;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(lineFeed, start) + 1;
    try {
      decoder.decode(bytes.subarray(start, end === 0 ? bytes.length : end));
    } catch {
      return before;
    }
    if (end === 0) return before;
    before += 1;
    start = end;
  }
}
