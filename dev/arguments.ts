import { Refusal } from "./refusal.ts";

/** Refuses whatever stands behind a command that takes no arguments, instead of passing it over. */
export function refuseArguments(usage: string, given = process.argv.slice(2)): void {
  const [first] = given;
  if (first === undefined) return;
  throw new Refusal(`${JSON.stringify(first)} is not taken here. Use: ${usage}`);
}
