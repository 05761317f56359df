import { addressOf, text } from "./address.ts";
import type { Values } from "./address.ts";
import { NoAnswer, failureOf, isWorthAnotherTry, notOurs } from "./failures.ts";
import type { SerialmintProblem } from "./failures.ts";
import { unlessAborted, withTries } from "./tries.ts";
import type { CallSettings } from "./types.ts";

/** Where the service is, and how it is called unless a call says otherwise. */
export interface ConnectionOptions {
  /** Of the service, such as `https://serialmint.example.com`. */
  readonly url: string;
  /** An API key, or what gives one for each try, so that it can be replaced. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Milliseconds until one try counts as lost; 30,000 when left out. */
  readonly timeoutMs?: number;
  /** Milliseconds until a call is given up, all tries and pauses counted; 120,000 when left out. */
  readonly deadlineMs?: number;
  /** What sends requests; the runtime's own when left out. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A call of any path, with its parts still loose. */
export interface LooseInput extends CallSettings {
  readonly path?: Values;
  readonly query?: Values;
  readonly header?: Values;
  readonly body?: unknown;
}

/** An answer that was read to its end. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What all tries of a call send. */
interface Prepared {
  readonly address: URL;
  readonly init: RequestInit & { readonly headers: Headers };
}

/** Sends requests and tries again, with one idempotency key for all tries of a POST. */
export class Connection {
  readonly url: string;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly #apiKey: ConnectionOptions["apiKey"];
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: ConnectionOptions) {
    this.url = options.url;
    this.timeoutMs = options.timeoutMs ?? 30_000;
    this.deadlineMs = options.deadlineMs ?? 120_000;
    this.#apiKey = options.apiKey;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /** Makes a call, with tries, and reads its JSON to the end. */
  call(method: string, path: string, input: LooseInput): Promise<WholeAnswer> {
    const { timeoutMs = this.timeoutMs, deadlineMs = this.deadlineMs, signal } = input;
    const request = this.#prepared(method, path, input, "application/json");
    return withTries(
      async (stop) => {
        const response = await this.#send(request, stop);
        const body = await jsonOf(response);
        return { status: response.status, headers: response.headers, body };
      },
      { timeoutMs, deadlineMs, signal },
      input.header?.["if-match"] === undefined ? isWorthAnotherTry : isSurelyUndone,
    );
  }

  /** Begins a stream in one try; what comes is read by the caller, whose `signal` stops it. */
  open(path: string, input: LooseInput, accept: string, signal: AbortSignal): Promise<Response> {
    const request = this.#prepared("get", path, input, accept);
    return this.#opened(request, accept, signal);
  }

  async #opened(request: Prepared, accept: string, signal: AbortSignal): Promise<Response> {
    const response = await this.#send(request, signal);
    const type = response.headers.get("content-type") ?? "";
    if (!type.startsWith(accept)) throw notOurs(response.status);
    return response;
  }

  async #send({ address, init }: Prepared, signal: AbortSignal): Promise<Response> {
    init.headers.set("authorization", `Bearer ${await this.#key(signal)}`);
    const response = await this.#fetch(address, { ...init, signal });
    if (!response.ok) throw await failureOf(response, Date.now());
    return response;
  }

  async #key(signal: AbortSignal): Promise<string> {
    if (typeof this.#apiKey === "string") return this.#apiKey;
    return unlessAborted(Promise.resolve(this.#apiKey()), signal);
  }

  /** Throws what is wrong with the call itself, before any try. */
  #prepared(method: string, path: string, input: LooseInput, accept: string): Prepared {
    const address = addressOf(this.url, path, input.path, input.query);
    const init: Prepared["init"] = {
      method: method.toUpperCase(),
      headers: headersOf(method, input, accept),
    };
    const body = bodyOf(input.body);
    if (body !== undefined) init.body = body;
    return { address, init };
  }
}

/**
 * A change that names the version it was made for is not repeated when its outcome is unknown: had it
 * happened, the second try would be told that the version is another one.
 */
function isSurelyUndone(failure: SerialmintProblem | NoAnswer): boolean {
  return !(failure instanceof NoAnswer) && failure.retryable && failure.code !== "outcome_unknown";
}

function headersOf(method: string, input: LooseInput, accept: string): Headers {
  const headers = new Headers({ accept });
  for (const [name, value] of Object.entries(input.header ?? {})) {
    if (value !== undefined) headers.set(name, text(value));
  }
  if (method === "post") {
    headers.set("idempotency-key", input.idempotencyKey ?? crypto.randomUUID());
  }
  if (input.body !== undefined) {
    headers.set("content-type", isFile(input.body) ? "text/csv" : "application/json");
  }
  return headers;
}

/** The body of an import; all other bodies are objects. */
function isFile(body: unknown): body is string | Blob | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Blob || body instanceof Uint8Array;
}

function bodyOf(body: unknown): string | Blob | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || isFile(body)) return body;
  // Numbers of counters go as texts, as they come.
  return JSON.stringify(body, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw notOurs(response.status);
  }
}
