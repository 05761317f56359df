import type { Connection } from "pg";
import { SYNC } from "./wire.ts";

/** A column as Postgres describes it, in the words of the answer. */
export interface Field {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: string;
}

/** What one statement gave: text values, and the command tag such as `INSERT 0 3`. */
export interface StatementResult {
  fields: readonly Field[];
  rows: (string | null)[][];
  tag: string;
}

/** Called once, when the server is done with the whole exchange. */
export type ExchangeEnd = (error: Error | null, results: readonly StatementResult[]) => void;

/** The rows are larger than an answer may be; the connection must be discarded. */
export class ResponseTooLarge extends Error {}

/** COPY needs a dialogue that HTTP does not have; the connection must be discarded. */
export class CopyRefused extends Error {}

const NO_FIELDS: readonly Field[] = [];

/**
 * One round trip on a `pg` connection: statements pipelined before a single Sync, rows kept as the
 * text that came. An error skips what follows it, so with BEGIN first and COMMIT last it is all or
 * nothing. `pg` calls the `handle...` methods.
 */
export class Exchange {
  readonly #messages: readonly Buffer[];
  readonly #maxBytes: number;
  readonly #end: ExchangeEnd;
  readonly #results: StatementResult[] = [];
  #fields: readonly Field[] = NO_FIELDS;
  #rows: (string | null)[][] = [];
  #bytes = 0;
  #ended = false;

  /** `messages` as `encodeStatement` makes them; more than `maxBytes` of rows is an error. */
  constructor(messages: readonly Buffer[], maxBytes: number, end: ExchangeEnd) {
    this.#messages = messages;
    this.#maxBytes = maxBytes;
    this.#end = end;
  }

  submit(connection: Connection): null {
    const { stream } = connection;
    stream.write(Buffer.concat([...this.#messages, SYNC]));
    return null;
  }

  handleRowDescription(message: { fields: readonly Field[] }): void {
    this.#fields = message.fields;
  }

  handleDataRow(message: { fields: (string | null)[]; length: number }): void {
    if (this.#ended) return;
    this.#bytes += message.length;
    if (this.#bytes > this.#maxBytes) {
      this.#finish(new ResponseTooLarge(`response is too large (max is ${this.#maxBytes} bytes)`));
      return;
    }
    this.#rows.push(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#results.push({ fields: this.#fields, rows: this.#rows, tag: message.text });
    this.#fields = NO_FIELDS;
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  handleCopyInResponse(): void {
    this.#finish(new CopyRefused("COPY is not possible over HTTP: use a direct connection"));
  }

  handleCopyData(): void {
    this.#finish(new CopyRefused("COPY is not possible over HTTP: use a direct connection"));
  }

  handlePortalSuspended(): void {
    this.#finish(new Error("the server suspended a portal that has no row limit"));
  }

  handleError(error: Error): void {
    this.#finish(error);
  }

  handleReadyForQuery(): void {
    this.#finish(null);
  }

  #finish(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#end(error, this.#results);
  }
}
