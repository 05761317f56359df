/**
 * A process that draws names from leases of its own until it is killed or told to stop, and notes each before it
 * is used: `draw.ts <sequence> <holder> <store> <log> <API key> <port>...`. It shares its store with others.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { Serialmint } from "../../../client/src/client.ts";
import { FileStore } from "../../../client/src/file-store.ts";
import { askedLine, drawnLine } from "./log.ts";

const [sequence = "", holder = "", store = "", log = "", apiKey = "", ...ports] =
  process.argv.slice(2);

/** To any of the Workers; what is asked for is noted, try by try, since a lost one may have drawn. */
const anyWorker: typeof fetch = (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  url.port = ports[Math.floor(Math.random() * ports.length)] ?? url.port;
  const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
  if (url.pathname.endsWith("/leases") && typeof body === "object" && body !== null) {
    if ("count" in body) appendFileSync(log, askedLine(Number(body.count)));
  }
  return fetch(new Request(url, request));
};

const client = new Serialmint({
  // One address, whichever Worker it is: the store keeps what it has by that.
  url: `http://127.0.0.1:${ports[0]}`,
  apiKey,
  timeoutMs: 3000,
  fetch: anyWorker,
});
const names = client.leasedSequence(sequence, {
  holder,
  store: new FileStore(store, { fsync: false }),
  // Some expire while the service is away.
  ttlSeconds: 4,
  blockSeconds: 4,
  maxBlock: 500,
  reportEveryMs: 500,
  waitMs: 1000,
});

const told = new AbortController();
process.on("message", () => {
  told.abort();
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));

while (!told.signal.aborted) {
  const many = 1 + Math.floor(Math.random() * 10);
  const drawn = await Promise.allSettled(Array.from({ length: many }, () => names.next()));
  const had = drawn.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (had.length > 0) appendFileSync(log, had.map(drawnLine).join(""));
  await sleep(Math.random() * 60);
}
await names.close();
process.exit(0);
