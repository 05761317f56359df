import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { tieToThisProcess } from "./tie.ts";
import { projectRoot, quietWranglerEnvironment, wranglerCommand } from "./wrangler.ts";

/** A running `wrangler dev`. */
export interface WranglerDev {
  url: string;
  /** Resolves with the reason when it ends, for whatever reason. */
  ended: Promise<string>;
  /** Resolves when the Worker answers, be it with an error. */
  answering(): Promise<"answering">;
  /** Fires a cron trigger now. Rejects when the scheduled handler fails. */
  fireCron: (expression: string, scheduledTime: number) => Promise<void>;
  stop(): Promise<void>;
}

/** Starts `wrangler dev` on loopback, with its output on ours. */
export async function startWranglerDev(
  port: number,
  stateFolder: string,
  values: { DATABASE_URL: string; SQL_ENDPOINT: string },
): Promise<WranglerDev> {
  // Named, so that wrangler reads this one and no .env of the project, which may speak of another
  // database.
  await mkdir(stateFolder, { recursive: true });
  const secrets = path.join(stateFolder, "secrets.env");
  await writeFile(secrets, `DATABASE_URL="${values.DATABASE_URL}"\n`, { mode: 0o600 });

  const options = ["--local", "--ip", "127.0.0.1", "--port", String(port)];
  options.push("--persist-to", stateFolder, "--show-interactive-dev-session=false");
  options.push("--env-file", secrets, "--var", `SQL_ENDPOINT:${values.SQL_ENDPOINT}`);
  const [command, args] = wranglerCommand(["dev", ...options]);
  const child = spawn(command, args, {
    cwd: projectRoot,
    // wrangler takes the environment for one more file of secrets.
    env: { ...process.env, ...quietWranglerEnvironment, DATABASE_URL: values.DATABASE_URL },
    stdio: ["ignore", "inherit", "inherit"],
    // A session of its own: on Ctrl-C its owner stops it in good order.
    detached: true,
  });
  const untie = child.pid === undefined ? undefined : tieToThisProcess(child.pid, "INT");
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(`wrangler dev did not start: ${error.message}.`);
    });
    child.once("exit", (code, signal) => {
      untie?.();
      resolve(`wrangler dev ended (${signal ?? `exit code ${code}`}).`);
    });
  });
  const url = `http://localhost:${port}`;
  return {
    url,
    ended,
    async answering() {
      for (;;) {
        try {
          await (await fetch(`${url}/health`)).text();
          return "answering";
        } catch {
          await sleep(200);
        }
      }
    },
    async fireCron(expression, scheduledTime) {
      const query = new URLSearchParams({ cron: expression, time: String(scheduledTime) });
      const response = await fetch(`${url}/cdn-cgi/handler/scheduled?${query}`);
      const outcome = await response.text();
      if (response.ok) return;
      throw new Error(`the scheduled handler answered ${response.status} ${outcome}`);
    },
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}
