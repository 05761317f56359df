import type { ApiKey, MadeKey } from "./api-key.ts";
import { shownApiKey } from "./api-key.ts";

/** A key that was made under `id`, with its text if it is the one that this request has made. */
export function shownOnce(
  facts: ApiKey & { readonly replayed: boolean },
  id: string,
  text: string,
): MadeKey {
  // Our own key told as a replay: the answer of the try that made it was lost on the way.
  const isOurs = facts.id === id;
  const key = isOurs ? text : null;
  return { key, made: shownApiKey(facts), replayed: facts.replayed && !isOurs };
}
