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

  /** Sends a request and waits for its answer; always resolves. */
  send(request: WireRequest, patienceMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const begun = performance.now();
      const reader = new AnswerReader(request.method);
      const socket = this.#open();
      const end = (outcome: Omit<Outcome, "ms">, keep: boolean): void => {
        clearTimeout(timer);
        socket.off("data", onData).off("close", onClose).off("error", onError);
        if (!keep) this.close();
        // Only the time is added to either form.
        resolve({ ...outcome, ms: performance.now() - begun } as Outcome);
      };
      const lost = (why: string): void => end({ kind: "lost", why } as Omit<Outcome, "ms">, false);
      const onData = (chunk: Buffer): void => {
        try {
          const answer = reader.take(chunk);
          if (answer === undefined) return;
          const keep =
            request.framing.kind === "length" || request.framing.kind === "chunked"
              ? !answer.closes
              : false;
          end({ kind: "answered", answer } as Omit<Outcome, "ms">, keep);
        } catch (error) {
          lost(String(error));
        }
      };
      const onClose = (): void => {
        const answer = reader.atEnd();
        if (answer === undefined) lost("the connection was closed");
        else end({ kind: "answered", answer } as Omit<Outcome, "ms">, false);
      };
      const onError = (error: Error): void => lost(error.message);
      const timer = setTimeout(() => lost("no answer in time"), patienceMs);
      socket.on("data", onData).on("close", onClose).on("error", onError);
      const bytes = bytesOf(request);
      if (request.framing.kind === "cut") socket.end(bytes);
      else socket.write(bytes);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const open = this.#socket;
    if (open !== undefined && !open.destroyed && open.writable && !open.readableEnded) return open;
    open?.destroy();
    const socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true });
    // Whoever waits for an answer listens as well.
    socket.on("error", () => undefined);
    this.#socket = socket;
    return socket;
  }
}
