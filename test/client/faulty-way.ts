import { createServer, request as requestOf } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What happens to a request on its way. */
export type Fault =
  /** It does not arrive. */
  | "lost"
  /** It arrives, its answer does not. */
  | "answer lost"
  /** It arrives, and its answer hangs. */
  | "answer hangs"
  /** Its answer breaks off after so many bytes of the body. */
  | { readonly cutAfter: number }
  /** Something in between answers. */
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };

/** What is known of a request when its fault is chosen. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  /** The how many-eth request with this method and path, from 1. */
  readonly time: number;
}

/** An HTTP server in front of another one. */
export interface FaultyWay {
  readonly url: string;
  /** Every request that has come, as `METHOD path`. */
  readonly seen: Passing[];
  /** Chooses the fault of each request; null lets it pass. */
  choose(fault: ((passing: Passing) => Fault | null) | null): void;
  stop(): Promise<void>;
}

export async function startFaultyWay(to: string): Promise<FaultyWay> {
  let choose: ((passing: Passing) => Fault | null) | null = null;
  let seen: Passing[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = "", url: path = "" } = incoming;
    const key = incoming.headers["idempotency-key"];
    const before = seen.filter((each) => each.method === method && each.path === path).length;
    const passing = {
      method,
      path,
      key: typeof key === "string" ? key : undefined,
      time: before + 1,
    };
    seen.push(passing);
    pass(to, incoming, outgoing, choose?.(passing) ?? null);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    url: `http://127.0.0.1:${address.port}`,
    get seen() {
      return seen;
    },
    choose: (fault) => {
      choose = fault;
      seen = [];
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function pass(
  to: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | null,
): void {
  if (fault === "lost") {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (fault !== null && typeof fault === "object" && "status" in fault) {
    incoming.resume();
    outgoing.writeHead(fault.status, fault.headers).end(fault.body);
    return;
  }
  const { method = "GET", headers } = incoming;
  const onward = requestOf(to + (incoming.url ?? ""), { method, headers });
  onward.on("error", () => {
    incoming.socket.destroy();
  });
  onward.on("response", (answer) => {
    if (fault === "answer lost") {
      answer.resume().on("end", () => {
        incoming.socket.resetAndDestroy();
      });
      return;
    }
    if (fault === "answer hangs") {
      answer.resume();
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault === null) {
      answer.pipe(outgoing);
      return;
    }
    let left = fault.cutAfter;
    answer.on("data", (chunk: Buffer) => {
      if (left <= 0) return;
      outgoing.write(chunk.subarray(0, left), () => {
        // A reset would take with it what has arrived and was not read yet.
        if (left <= 0) incoming.socket.destroySoon();
      });
      left -= chunk.length;
    });
    answer.on("end", () => {
      if (left > 0) outgoing.end();
    });
  });
  incoming.pipe(onward);
}
