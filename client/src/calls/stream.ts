import type { Connection, LooseInput } from "./connection.ts";
import { NoAnswer, SerialmintProblem, isWorthAnotherTry } from "./failures.ts";
import { LineCutter } from "./lines.ts";
import { longestTimerMs, pause, pauseMs, reasonOf } from "./tries.ts";

/** What streams come as. */
export type StreamType = "application/x-ndjson" | "text/csv";

/** Where a broken stream goes on: the cursor of its beginning and the rows that have arrived since. */
interface Place {
  readonly cursor: string;
  readonly rows: number;
}

function placeOf(cursor: unknown): Place | null {
  const [, begin, rows] = /^(.+)\.(\d+)$/.exec(typeof cursor === "string" ? cursor : "") ?? [];
  return begin === undefined ? null : { cursor: begin, rows: Number(rows) };
}

/**
 * All lines of a list, one piece of the answer in memory at a time. A stream that breaks is gone on
 * with where it broke; one that cannot be, such as the names of a reservation, rejects. It ends only
 * when everything has come. A CSV begins with the line that names the columns.
 */
export async function* linesOf(
  connection: Connection,
  path: string,
  input: LooseInput,
  type: StreamType,
): AsyncGenerator<string, void, undefined> {
  const { deadlineMs = connection.deadlineMs } = input;
  let place = placeOf(input.query?.["cursor"]);
  let going = input;
  let named = false;
  let given = 0;
  for (let tries = 0, until = performance.now() + deadlineMs; ; tries += 1) {
    const stream = new OneStream(connection, path, going, type);
    try {
      const response = await stream.open();
      const begin = response.headers.get("stream-cursor");
      if (begin !== null) place = { cursor: begin, rows: 0 };
      let names = type === "text/csv" && namesColumns(response);
      for await (const line of stream.lines(response)) {
        const isRow = !names;
        if (place !== null && isRow) place = { ...place, rows: place.rows + 1 };
        if (isRow || !named) yield line;
        if (names) [named, names] = [true, false];
        given += 1;
        // Something has come: the time begins anew.
        [tries, until] = [0, performance.now() + deadlineMs];
      }
      return;
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof SerialmintProblem)) throw error;
      if (!isWorthAnotherTry(error) || (place === null && given > 0)) throw error;
      const wait = pauseMs(tries, error.retryAfterMs);
      if (performance.now() + wait >= until) throw error;
      await pause(wait, input.signal);
    } finally {
      stream.stop();
    }
    if (given === 0) place = placeOf(input.query?.["cursor"]);
    if (given === 0 || place === null) continue;
    const cursor = place.rows === 0 ? place.cursor : `${place.cursor}.${place.rows}`;
    going = { ...input, query: { ...input.query, cursor } };
  }
}

function namesColumns({ headers }: Response): boolean {
  return /;\s*header=present/.test(headers.get("content-type") ?? "");
}

/** One answer that streams, stopped when nothing comes for the time of a try. */
class OneStream {
  readonly #stop = new AbortController();
  readonly #idleMs: number;
  readonly #open: () => Promise<Response>;
  readonly #quotes: boolean;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, path: string, input: LooseInput, type: StreamType) {
    const { signal, timeoutMs = connection.timeoutMs } = input;
    this.#idleMs = timeoutMs;
    this.#quotes = type === "text/csv";
    this.#signal = signal;
    const all =
      signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    this.#open = () => connection.open(path, input, type, all);
  }

  open(): Promise<Response> {
    return this.#inTime(this.#open());
  }

  async *lines(response: Response): AsyncGenerator<string> {
    if (response.body === null) throw new NoAnswer("The stream has no body.", {});
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const cutter = new LineCutter({ quotes: this.#quotes });
    for (;;) {
      const { done, value } = await this.#inTime(reader.read());
      if (done) break;
      yield* cutter.cut(decoder.decode(value, { stream: true }));
    }
    if (cutter.rest !== "") throw new NoAnswer("The stream ended in the middle of a line.", {});
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Rejects with NoAnswer when it takes too long or breaks. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const late = setTimeout(
      () => {
        this.#stop.abort();
      },
      Math.min(this.#idleMs, longestTimerMs),
    );
    try {
      return await work;
    } catch (error) {
      if (this.#signal?.aborted === true) throw reasonOf(this.#signal);
      if (error instanceof SerialmintProblem || error instanceof NoAnswer) throw error;
      throw new NoAnswer("The stream broke.", { cause: error });
    } finally {
      clearTimeout(late);
    }
  }
}
