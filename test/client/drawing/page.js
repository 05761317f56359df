/** What the tests call in a page of a browser. */
import { Serialmint } from "serialmint/client";
import { IndexedDbStore } from "serialmint/client/indexeddb-store";

/** Draws in batches of ten; answers all names that came. */
globalThis.draw = async ({ url, apiKey, batches }) => {
  const client = new Serialmint({ url, apiKey });
  const store = new IndexedDbStore();
  const sequence = client.leasedSequence("s", { store, minBlock: 30, maxBlock: 70 });
  const names = [];
  for (let at = 0; at < batches; at += 1) {
    const got = await Promise.all(Array.from({ length: 10 }, () => sequence.next()));
    names.push(...got.map(({ name }) => name));
  }
  await sequence.close();
  return names;
};

/** Streams all lots; answers how many came. */
globalThis.countLots = async ({ url, apiKey }) => {
  let lots = 0;
  for await (const lot of new Serialmint({ url, apiKey }).stream("/v1/lots")) {
    if (lot.product === "p") lots += 1;
  }
  return lots;
};
