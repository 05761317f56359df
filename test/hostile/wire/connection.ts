import { connect } from "node:net";
import type { Socket } from "node:net";

import type { WireRequest } from "./request.ts";
import { bytesOf } from "./request.ts";
import { AnswerReader } from "./answer-reader.ts";
import type { Answer } from "./answer-reader.ts";

/** What came of a request. */
export type Outcome =
  | { readonly kind: "answered"; readonly answer: Answer; readonly ms: number }
  | { readonly kind: "lost"; readonly why: string; readonly ms: number };

type Result =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "lost"; readonly why: string; readonly heardNothing: boolean };

/**
 * A connection to the service on which one request after another is sent, byte by byte as it was made:
 * Node's own client refuses to send much of what is sent here. It is opened anew whenever it was closed.
 */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends a request and waits for its answer; always resolves. One that meets the close of a connection
   * that earlier requests had is sent once more on a new one, as every client does (RFC 9112 section 9.3.1).
   */
  async send(request: WireRequest, patienceMs: number): Promise<Outcome> {
    const begun = performance.now();
    const open = this.#openSocket();
    let result = await exchange(open ?? this.#connect(), request, patienceMs);
    if (open !== undefined && result.kind === "lost" && result.heardNothing) {
      result = await exchange(this.#connect(), request, patienceMs);
    }
    const { kind } = request.framing;
    const keeps = kind === "length" || kind === "chunked";
    if (result.kind === "lost" || result.answer.closes || !keeps) this.close();
    return { ...result, ms: performance.now() - begun };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #openSocket(): Socket | undefined {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed || !socket.writable || socket.readableEnded) {
      return undefined;
    }
    return socket;
  }

  #connect(): Socket {
    this.close();
    const socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true });
    // Whoever waits for an answer listens as well.
    socket.on("error", () => undefined);
    this.#socket = socket;
    return socket;
  }
}

function exchange(socket: Socket, request: WireRequest, patienceMs: number): Promise<Result> {
  return new Promise((resolve) => {
    const reader = new AnswerReader(request.method);
    let heard = false;
    const end = (result: Result): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("close", onClose).off("error", onError);
      resolve(result);
    };
    const lost = (why: string, heardNothing: boolean): void => {
      end({ kind: "lost", why, heardNothing });
    };
    const onData = (chunk: Buffer): void => {
      heard = true;
      try {
        const answer = reader.take(chunk);
        if (answer !== undefined) end({ kind: "answered", answer });
      } catch (error) {
        lost(String(error), false);
      }
    };
    const onClose = (): void => {
      const answer = reader.atEnd();
      if (answer === undefined) lost("the connection was closed", !heard);
      else end({ kind: "answered", answer });
    };
    const onError = (error: Error): void => lost(error.message, !heard);
    const timer = setTimeout(() => lost("no answer in time", false), patienceMs);
    socket.on("data", onData).on("close", onClose).on("error", onError);
    const bytes = bytesOf(request);
    if (request.framing.kind === "cut") socket.end(bytes);
    else socket.write(bytes);
  });
}
