/**
 * Draws batches of numbers from a file store until it is killed or told to stop, and notes them:
 * `draw.ts <folder> <url> <key> <file>`.
 */
import { appendFileSync } from "node:fs";

import { Serialmint } from "../../../client/src/client.ts";
import { FileStore } from "../../../client/src/file-store.ts";
import { batch } from "./batch.ts";

const [folder = "", url = "", apiKey = "", file = ""] = process.argv.slice(2);
const client = new Serialmint({ url, apiKey });
const store = new FileStore(folder, { fsync: false });
const sequence = client.leasedSequence("s", {
  store,
  minBlock: 30,
  maxBlock: 70,
  reportEveryMs: 50,
});
const told = new AbortController();
process.on("message", () => {
  told.abort();
});
while (!told.signal.aborted) {
  const got = await Promise.all(Array.from({ length: batch }, () => sequence.next()));
  appendFileSync(file, `${got.map(({ number }) => number).join(" ")}\n`);
}
await sequence.close();
process.exit(0);
