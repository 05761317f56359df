import { onceNpmIsGone } from "./npm.ts";
import { Refusal } from "./refusal.ts";

/**
 * Resolves at the first Ctrl-C, SIGTERM, closed terminal or end of the npm that runs this, after
 * saying so; later ones change nothing.
 */
export function askedToStop(): Promise<"asked"> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (!asked) console.log("\nStopping; requests in flight are answered first.");
      asked = true;
      resolve("asked");
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
    onceNpmIsGone(stop);
  });
}

/** Prints the last line and ends: exit code 0 when it was asked to, else 1. */
export function finish(reason: string): never {
  if (reason === "asked") {
    console.log("Stopped. Everything is kept for the next start.");
    process.exit(0);
  }
  console.error(`${reason} The rest was stopped too.`);
  process.exit(1);
}

/**
 * Prints why a command cannot go on and ends with exit code 1. What nobody foresaw is shown with
 * its stack when DEBUG is set.
 */
export function giveUp(error: unknown): never {
  const debug = (process.env["DEBUG"] ?? "") !== "";
  console.error(debug && !(error instanceof Refusal) ? error : messageOf(error));
  process.exit(1);
}

/** An error in one line. Some errors of Node say it only in their cause, or have no message but a code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = error.message === "" ? error.name : error.message;
  const code = error.message === "" && "code" in error ? ` ${String(error.code)}` : "";
  const cause = error.cause instanceof Error ? ` (${messageOf(error.cause)})` : "";
  return said + code + cause;
}
