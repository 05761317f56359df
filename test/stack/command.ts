import { spawn } from "node:child_process";
import path from "node:path";
import { onTestFinished } from "vitest";

import { projectRoot } from "../../dev/wrangler.ts";

/** A running command, such as `start` for dev/start.ts. */
export interface Command {
  pid: number;
  /** Everything printed so far. */
  printed(): string;
  /** Resolves when a text has been printed; rejects when the command ends without it. */
  says(text: string): Promise<void>;
  /** Resolves with the exit code, null after a signal. */
  exit: Promise<number | null>;
}

/** Starts dev/<name>.ts without npm, on a data folder and port, with further variables and arguments. */
export function startCommand(
  name: string,
  dataDir: string,
  port = 0,
  variables: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Command {
  return run(process.execPath, [path.join("dev", `${name}.ts`), ...args], {
    ...stackVariables(dataDir, port),
    ...variables,
  });
}

/** Starts a script of package.json as a user does, with npm. */
export function startByNpm(script: string, dataDir: string, port: number): Command {
  return run("npm", ["run", script], stackVariables(dataDir, port));
}

function stackVariables(dataDir: string, port: number): Record<string, string> {
  return { DEBUG: "", SERIALMINT_DATA: dataDir, PORT: port === 0 ? "" : String(port) };
}

/** Runs a program, killed after the test. By default it runs where package.json is. */
export function run(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  cwd = projectRoot,
): Command {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...variables },
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
