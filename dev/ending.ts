import { Refusal } from "./refusal.ts";

/**
 * Resolves at the first Ctrl-C, SIGTERM or closed terminal, after saying so; later ones change
 * nothing.
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

/** Prints why a command cannot go on and ends with exit code 1. */
export function giveUp(error: unknown): never {
  if (error instanceof Refusal) console.error(error.message);
  else console.error(error);
  process.exit(1);
}
