import type { components } from "./api.ts";
import { Connection } from "./calls/connection.ts";
import type { ConnectionOptions, LooseInput } from "./calls/connection.ts";
import { linesOf } from "./calls/stream.ts";
import { LeasedSequence } from "./leases/leased-sequence.ts";
import type { LeasedSequenceOptions } from "./leases/options.ts";
import { pause } from "./calls/tries.ts";
import type {
  AnswerOf,
  CallInput,
  CallSettings,
  InputOf,
  LineOf,
  ListPath,
  Method,
  PathOf,
  RowOf,
  StreamPath,
} from "./calls/types.ts";

/** A success, with what stands around its body. */
export interface Answer<Body> {
  readonly status: number;
  /** Such as `location`, `etag`, `retry-after` and `idempotent-replayed`. */
  readonly headers: Headers;
  readonly body: Body;
}

/** A job that goes on no more. */
export type Job = components["schemas"]["Job"];

const pollMs = 1000;

/**
 * A connection to a Serialmint service. Every call is typed by openapi.json. It is tried again when no
 * answer comes and when the service asks for it, a POST always with the same idempotency key; it
 * rejects with a `SerialmintProblem` when the service refuses and with `NoAnswer` when none came in time.
 */
export class Serialmint {
  readonly #connection: Connection;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
  }

  /** Reads one thing, or one page of a list. */
  get<P extends PathOf<"get">>(path: P, ...input: InputOf<"get", P>): Promise<AnswerOf<"get", P>> {
    return this.#bodyOf("get", path, input[0]);
  }

  put<P extends PathOf<"put">>(path: P, ...input: InputOf<"put", P>): Promise<AnswerOf<"put", P>> {
    return this.#bodyOf("put", path, input[0]);
  }

  post<P extends PathOf<"post">>(
    path: P,
    ...input: InputOf<"post", P>
  ): Promise<AnswerOf<"post", P>> {
    return this.#bodyOf("post", path, input[0]);
  }

  patch<P extends PathOf<"patch">>(
    path: P,
    ...input: InputOf<"patch", P>
  ): Promise<AnswerOf<"patch", P>> {
    return this.#bodyOf("patch", path, input[0]);
  }

  /** Any call, answered with its status and headers. */
  async call<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...input: InputOf<M, P>
  ): Promise<Answer<AnswerOf<M, P>>> {
    const answer = await this.#connection.call(method, path, input[0] ?? {});
    // As openapi.json says, which the service is made from.
    return { ...answer, body: answer.body as AnswerOf<M, P> };
  }

  /** All rows of a list, page by page, the next one fetched when the last is used up. */
  async *list<P extends ListPath>(
    path: P,
    ...input: InputOf<"get", P>
  ): AsyncGenerator<RowOf<P>, void, undefined> {
    let given: LooseInput = input[0] ?? {};
    for (;;) {
      const { body } = await this.#connection.call("get", path, given);
      // As openapi.json says of every list.
      const page = body as { data: RowOf<P>[]; next_cursor: string | null };
      yield* page.data;
      if (page.next_cursor === null) return;
      given = { ...given, query: { ...given.query, cursor: page.next_cursor } };
    }
  }

  /**
   * Everything that matches, in one answer that is read as it comes (NDJSON). A stream that breaks is
   * gone on with; one that cannot be rejects, so that what ends is complete.
   */
  async *stream<P extends StreamPath>(
    path: P,
    ...input: InputOf<"get", P>
  ): AsyncGenerator<LineOf<P>, void, undefined> {
    const lines = linesOf(this.#connection, path, input[0] ?? {}, "application/x-ndjson");
    // One value of the kind that openapi.json says on each line.
    for await (const line of lines) yield JSON.parse(line) as LineOf<P>;
  }

  /** The same as lines of a CSV, without their line breaks; the first one names the columns. */
  csv<P extends StreamPath>(
    path: P,
    ...input: InputOf<"get", P>
  ): AsyncGenerator<string, void, undefined> {
    return linesOf(this.#connection, path, input[0] ?? {}, "text/csv");
  }

  /** Reserves a run of numbers. */
  reserve(
    sequence: string,
    body: components["schemas"]["ReservationInput"],
    settings: CallSettings = {},
  ): Promise<components["schemas"]["Reserved"]> {
    const path = { key: sequence };
    return this.post("/v1/sequences/{key}/reservations", { ...settings, path, body });
  }

  /** Records lots; resolves with their job, which may still be running. */
  recordLots(
    body: components["schemas"]["LotsInput"],
    settings: CallSettings = {},
  ): Promise<AnswerOf<"post", "/v1/lots">> {
    return this.post("/v1/lots", { ...settings, body });
  }

  /** Numbers of a sequence from memory or a store, leased in blocks. */
  leasedSequence(key: string, options?: LeasedSequenceOptions): LeasedSequence {
    return new LeasedSequence(this, this.#connection.url, key, options);
  }

  /** Waits until a job is done, failed or cancelled. */
  async finished(job: string, settings: CallSettings = {}): Promise<Job> {
    for (;;) {
      const input = { ...settings, path: { id: job } };
      const { headers, body } = await this.call("get", "/v1/jobs/{id}", input);
      if (body.status !== "queued" && body.status !== "running") return body;
      const seconds = Number(headers.get("retry-after"));
      await pause(seconds > 0 ? seconds * 1000 : pollMs, settings.signal);
    }
  }

  async #bodyOf<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    input: CallInput<M, P> | undefined,
  ): Promise<AnswerOf<M, P>> {
    const { body } = await this.#connection.call(method, path, input ?? {});
    // As openapi.json says, which the service is made from.
    return body as AnswerOf<M, P>;
  }
}
