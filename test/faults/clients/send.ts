import { Agent, request } from "node:http";

import type { Outcome } from "../check/history.ts";
import type { Wanted } from "../check/wanted.ts";
import { asRequest } from "./request.ts";

/** Sends one request to one of the Workers; always resolves. */
export type Send = (port: number, key: string, wanted: Wanted) => Promise<Outcome>;

/** A sender with an API key, which gives up on an answer after `patienceMs`. */
export function sender(apiKey: string, patienceMs: number): { send: Send; close: () => void } {
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    send: (port, key, wanted) =>
      new Promise((resolve) => {
        const { method, path, body = "", headers } = asRequest(wanted, key);
        const lost = (why: string): void => resolve({ kind: "lost", why });
        const sent = request(
          {
            agent,
            host: "127.0.0.1",
            port,
            method,
            path,
            headers: {
              authorization: `Bearer ${apiKey}`,
              "content-length": Buffer.byteLength(body),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", (error) => lost(error.message));
            response.on("close", () => lost("the answer broke off"));
            response.on("end", () => {
              resolve({
                kind: "answered",
                status: response.statusCode ?? 0,
                body: Buffer.concat(chunks).toString("utf8"),
                replayed: response.headers["idempotent-replayed"] === "true",
              });
            });
          },
        );
        const timer = setTimeout(() => {
          lost("no answer in time");
          sent.destroy();
        }, patienceMs);
        sent.on("error", (error) => lost(error.message));
        sent.on("close", () => {
          clearTimeout(timer);
          lost("the connection was closed");
        });
        sent.end(body);
      }),
  };
}
