import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { allProcesses, childrenOf, findProcess, signal, waitUntilGone } from "./process-table.ts";
import { blockingFolder } from "./run-user.ts";
import type { RunUser } from "./run-user.ts";

/** Written last, so a folder that has it is whole. */
const WHOLE = "initialised";

/** Parts of a cluster that show when it was damaged since. */
const ESSENTIAL = ["PG_VERSION", join("global", "pg_control"), "base", "pg_wal"];

/** Whether a folder is a whole cluster that was made here. */
export function holdsCluster(dataDir: string): boolean {
  return existsSync(join(dataDir, WHOLE));
}

/** The folders beside a data folder that an interrupted first start may have left. */
export function halfMadeFolders(dataDir: string): { path: string; pid: number }[] {
  const prefix = `${basename(dataDir)}.half-`;
  const found: { path: string; pid: number }[] = [];
  for (const name of readdirSync(dirname(dataDir))) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (!/^\d+$/.test(pid)) continue;
    found.push({ path: join(dirname(dataDir), name), pid: Number(pid) });
  }
  return found;
}

/** Unfinished folders of this process, so that a reused pid is told from work in progress. */
const inProgress = new Set<string>();

/** Makes the folders above the data folder, open to the user that Postgres runs as. */
export function makeWay(dataDir: string, user: RunUser | null): void {
  const parent = dirname(dataDir);
  const first = mkdirSync(parent, { recursive: true });
  if (first !== undefined && user !== null) {
    for (let made = parent; made.length >= first.length; made = dirname(made))
      chmodSync(made, 0o755);
  }
  const blocked = blockingFolder(dataDir, user);
  if (blocked === null || user === null) return;
  throw new Error(
    `Postgres does not run as root, and as ${user.name} it cannot reach ${dataDir}: ${blocked} is ` +
      `closed to it. Run \`chmod o+x ${blocked}\`, or use a data folder elsewhere.`,
  );
}

/**
 * Makes sure that the data folder is a whole cluster of this major version. A missing or empty one
 * is initialised beside and renamed, so it is whole or not there; what an interrupted attempt left
 * beside is removed. Throws an Error for a folder that holds anything else.
 */
export async function prepareFolder(
  dataDir: string,
  binaries: Binaries,
  user: RunUser | null,
  options: { sync: boolean; log: (line: string) => void },
): Promise<void> {
  await removeHalfMade(dataDir, options.log);
  // Root can look into it, and runs Postgres as its owner.
  if (user === null && existsSync(dataDir)) requireOwner(dataDir, user);
  const empty = !existsSync(dataDir) || readdirSync(dataDir).length === 0;
  if (empty) {
    await initialise(dataDir, binaries, user, options.sync);
    return;
  }
  if (!holdsCluster(dataDir)) {
    const what = existsSync(join(dataDir, "PG_VERSION"))
      ? "is a Postgres folder that was not finished, or not made here"
      : "holds other things than a database";
    throw new Error(`${dataDir} ${what}. Remove it, or use another data folder.`);
  }
  const missing = ESSENTIAL.find((part) => !existsSync(join(dataDir, part)));
  if (missing !== undefined) {
    throw new Error(
      `${dataDir} holds no complete database: ${missing} is missing. Restore it, or run ` +
        "`npm run reset`, which loses what is in it.",
    );
  }
  const major = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim();
  if (major !== binaries.major) {
    throw new Error(
      `${dataDir} belongs to Postgres ${major}, and this is ${binaries.major}. ` +
        "Remove it to start afresh, or use another data folder.",
    );
  }
  requireOwner(dataDir, user);
}

function requireOwner(dataDir: string, user: RunUser | null): void {
  const runsAs = user?.uid ?? process.getuid?.();
  const { uid } = statSync(dataDir);
  if (runsAs !== undefined && uid !== runsAs) {
    throw new Error(
      `${dataDir} belongs to user ${uid}, and Postgres would run as user ${runsAs}. ` +
        `Run \`chown -R ${runsAs} ${dataDir}\`, or use another data folder.`,
    );
  }
}

/** Removes what an interrupted first start left beside the data folder; says so. */
export async function removeHalfMade(dataDir: string, log: (line: string) => void): Promise<void> {
  for (const { path, pid } of halfMadeFolders(dataDir)) {
    if (inProgress.has(path) || (pid !== process.pid && findProcess(pid) !== null)) continue;
    log(`Removing ${path}, which an interrupted first start left half-made.`);
    await endInitdb(path);
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** An initdb outlives the process that started it, and would go on writing. */
async function endInitdb(folder: string): Promise<void> {
  const pids: number[] = [];
  for (const { pid, command } of allProcesses()) {
    if (!/\binitdb\b/.test(command) || !` ${command} `.includes(` -D ${folder} `)) continue;
    pids.push(pid, ...childrenOf(pid).map((child) => child.pid));
  }
  for (const pid of pids) signal(pid, "SIGKILL");
  await waitUntilGone(pids, 5_000);
}

async function initialise(
  dataDir: string,
  binaries: Binaries,
  user: RunUser | null,
  sync: boolean,
): Promise<void> {
  const half = `${dataDir}.half-${process.pid}`;
  inProgress.add(half);
  try {
    mkdirSync(half, { mode: 0o700 });
    if (user !== null) chownSync(half, user.uid, user.gid);
    await runInitdb(half, binaries, user, sync);
    writeFileSync(join(half, WHOLE), "");
    if (user !== null) chownSync(join(half, WHOLE), user.uid, user.gid);
    if (existsSync(dataDir)) rmSync(dataDir, { recursive: true });
    renameSync(half, dataDir);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    throw error;
  } finally {
    inProgress.delete(half);
  }
}

function runInitdb(
  folder: string,
  { initdb }: Binaries,
  user: RunUser | null,
  sync: boolean,
): Promise<void> {
  const args = ["-D", folder, "-U", "postgres", "--auth=trust", "--encoding=UTF8"];
  // The C library's locales differ from system to system; the builtin provider is everywhere.
  args.push("--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8");
  args.push("--no-instructions");
  if (!sync) args.push("--no-sync");
  return new Promise((resolve, reject) => {
    const child = spawn(initdb, args, {
      cwd: folder,
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code, name) => {
      if (code === 0) resolve();
      else reject(new Error(`initdb failed (${code ?? name}) on ${folder}:\n${output.trim()}`));
    });
  });
}

/** The environment without libpq's and Postgres' own variables, in the C locale and UTC. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(PG|LC_|LANG)/.test(name)) environment[name] = value;
  }
  return { ...environment, LC_ALL: "C", TZ: "UTC" };
}
