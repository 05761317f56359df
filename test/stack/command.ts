import { spawn } from "node:child_process";
import path from "node:path";
import { onTestFinished } from "vitest";

import { projectRoot } from "../../dev/wrangler.ts";

/** A running command of the project, such as `start` for dev/start.ts. */
export interface Command {
  pid: number;
  /** Everything printed so far. */
  printed(): string;
  /** Resolves when a text has been printed; rejects when the command ends without it. */
  says(text: string): Promise<void>;
  /** Resolves with the exit code, null after a signal. */
  exit: Promise<number | null>;
}

/**
 * Starts dev/<name>.ts as npm does, on a data folder and port, with further variables. It is killed
 * after the test.
 */
export function startCommand(
  name: string,
  dataDir: string,
  port = 0,
  variables: Readonly<Record<string, string>> = {},
): Command {
  const child = spawn(process.execPath, [path.join("dev", `${name}.ts`)], {
    cwd: projectRoot,
    env: {
      ...process.env,
      DEBUG: "",
      SERIALMINT_DATA: dataDir,
      PORT: port === 0 ? "" : String(port),
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let printed = "";
  const waiting = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    printed += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const exit = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return {
    pid: child.pid ?? 0,
    printed: () => printed,
    exit,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!printed.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        exit.then(
          () => {
            reject(new Error(`It ended without saying "${text}":\n${printed}`));
          },
          () => undefined,
        );
      }),
  };
}
