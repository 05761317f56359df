import type { Answer } from "../wire/answer-reader.ts";
import { bytesOf } from "../wire/request.ts";
import type { WireRequest } from "../wire/request.ts";

/** What only the inside of the service says; no request has any of it. */
const inside: readonly RegExp[] = [
  /syntax error at or near/,
  /invalid input syntax/,
  /invalid byte sequence/,
  /violates (?:check|unique|foreign key|not-null|exclusion) constraint/,
  /duplicate key value/,
  /out of range for type/,
  /PL\/pgSQL/,
  /\bSQL (?:function|statement)\b/,
  /(?:relation|column|function) "?[\w.(), ]+"? does not exist/,
  /\w_v\d\(/,
  /(?:Type|Range|Reference|Syntax)Error\b/,
  /is not a function/,
  /Cannot read propert/,
  /\bat (?:async )?[\w.<>]+ \(/,
  /worker\.js/,
  /node_modules/,
  /drizzle|neon/i,
];

/** What an answer tells that its caller must not see. */
export function leaksIn(
  request: WireRequest,
  answer: Answer,
  foreignMarkers: readonly string[],
): string[] {
  const text = answer.body.toString("latin1");
  const found: string[] = [];
  if (answer.status >= 400) {
    const told = inside.find((one) => one.test(text));
    if (told !== undefined) found.push(`${String(told)} in ${text.slice(0, 300)}`);
  }
  for (const marker of foreignMarkers) {
    // What the caller itself has sent may come back.
    if (text.includes(marker) && !bytesOf(request).includes(marker)) {
      found.push(
        `${marker} in ${text.slice(Math.max(0, text.indexOf(marker) - 200)).slice(0, 400)}`,
      );
    }
  }
  return found;
}
