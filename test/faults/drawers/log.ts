import type { DrawnName } from "../check/drawing.ts";

// Every line begins with a line break: what a killed process wrote by half spoils no other one, and has no end.

/** So many numbers are asked for, once more or for the first time. */
export function askedLine(count: number): string {
  return `\nasked ${count} .`;
}

/** A name that is about to be used. */
export function drawnLine(drawn: {
  readonly number: string;
  readonly name: string;
  readonly lease: { readonly id: string };
}): string {
  return `\ndrawn ${drawn.number} ${drawn.name} ${drawn.lease.id} .`;
}

/** What a log says, lines without their end left out. */
export function readLog(text: string): { drawn: DrawnName[]; asked: bigint } {
  const drawn: DrawnName[] = [];
  let asked = 0n;
  for (const line of text.split("\n")) {
    const [kind, number = "", name = "", lease = "", end] = line.split(" ");
    if (kind === "asked" && name === ".") asked += BigInt(number);
    if (kind === "drawn" && end === ".") drawn.push({ number: BigInt(number), name, lease });
  }
  return { drawn, asked };
}
