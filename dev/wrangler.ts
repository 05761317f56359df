import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

/** The folder that holds package.json, whatever the working directory is. */
export const projectRoot = path.resolve(import.meta.dirname, "..");

/** What keeps wrangler from asking or telling the network anything, and from asking the user. */
export const quietWranglerEnvironment = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  // Miniflare would fetch an example of `request.cf`.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** The command line of wrangler, to be spawned with the Node that runs now. */
export function wranglerCommand(args: readonly string[]): [command: string, args: string[]] {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  const script = path.join(path.dirname(manifest), "wrangler-dist", "cli.js");
  return [process.execPath, ["--no-warnings", script, ...args]];
}

/** Runs wrangler to its end; answers what it printed. Rejects with that text when it fails. */
export function runWrangler(args: readonly string[]): Promise<string> {
  const [command, commandArgs] = wranglerCommand(args);
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, {
      cwd: projectRoot,
      env: { ...process.env, ...quietWranglerEnvironment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    const keep = (chunk: Buffer): void => {
      printed += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`wrangler ${args.join(" ")} failed (${code}):\n${printed}`));
    });
  });
}
