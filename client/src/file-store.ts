/** `serialmint/client/file-store`: keeps leased sequences in files. Node only. */
import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, readdir, stat, unlink } from "node:fs/promises";
import path from "node:path";

import { emptyState } from "./leases/state.ts";
import type { State } from "./leases/state.ts";
import type { Change, LeaseStore } from "./leases/store.ts";

/** How a file store writes. */
export interface FileStoreOptions {
  /**
   * Whether every write waits for the disk, so that a power cut loses none; true when left out. Without it
   * numbers may be handed out twice after one, though not after a mere crash of the process.
   */
  readonly fsync?: boolean;
}

/** One version of a state, with who wrote it and the versions before. */
interface Version {
  readonly number: number;
  readonly state: State;
  /** Ids of the latest writes, the newest last. */
  readonly writes: readonly string[];
}

/** How many writes back a version tells of, and how many old versions are left in the folder. */
const remembered = 64;
const keptVersions = 8;
/** After so many milliseconds a file that nobody linked is what a killed process has left. */
const abandonedMs = 60_000;

const versionName = /^(\d{15})\.json$/;

function nameOf(version: number): string {
  return `${String(version).padStart(15, "0")}.json`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * Keeps leased sequences in a folder that several processes may share, also over a network file system
 * with hard links. There is no lock that a killed process could leave: a state is a file of its own, named
 * by its version, and `link` lets only one process make the next one. What was half written when a process
 * died has no such name and is never read.
 */
export class FileStore implements LeaseStore {
  readonly lasting = true;
  readonly #folder: string;
  readonly #fsync: boolean;
  readonly #turns = new Map<string, Promise<unknown>>();

  /** The folder is made when it is missing. One folder is for one tenant. */
  constructor(folder: string, { fsync = true }: FileStoreOptions = {}) {
    this.#folder = path.resolve(folder);
    this.#fsync = fsync;
  }

  update<T>(name: string, change: Change<T>): Promise<T> {
    // One after the other, so that this process does not compete with itself.
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(() => this.#update(name, change));
    this.#turns.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #update<T>(name: string, change: Change<T>): Promise<T> {
    const folder = path.join(this.#folder, folderName(name));
    for (;;) {
      const latest = await latestIn(folder);
      const { state, result } = change(latest.state);
      if (state === latest.state || (await this.#write(folder, latest, state))) return result;
    }
  }

  /** Writes the version after the latest one; false when another process has done so. */
  async #write(folder: string, { number, writes }: Version, state: State): Promise<boolean> {
    const id = randomUUID();
    const next: Version = {
      number: number + 1,
      state,
      writes: [...writes.slice(1 - remembered), id],
    };
    if (number === 0) await this.#makeFolder(folder);
    const draft = path.join(folder, `${id}.draft`);
    let isMade = true;
    try {
      await this.#writeFile(draft, JSON.stringify(next));
      await link(draft, path.join(folder, nameOf(next.number)));
    } catch (error) {
      // ENOENT: somebody took the draft for abandoned.
      if (codeOf(error) !== "EEXIST" && codeOf(error) !== "ENOENT") throw error;
      isMade = false;
    } finally {
      await unlink(draft).catch(() => undefined);
    }
    // A process that was stopped for long may find the name of an old version free again. And over a network a link
    // that exists may be this one, made by a request whose answer was lost.
    if (!isMade || Math.max(...(await versionsIn(folder))) > next.number) {
      const latest = await latestIn(folder);
      if (!latest.writes.includes(id)) return false;
    }
    if (this.#fsync) await flushFolder(folder);
    // What is not tidied now is tidied later.
    if (next.number % keptVersions === 0) await tidy(folder, next.number).catch(() => undefined);
    return true;
  }

  async #makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true });
    if (made === undefined || !this.#fsync) return;
    for (let each = folder; each.length >= made.length; each = path.dirname(each)) {
      await flushFolder(path.dirname(each));
    }
  }

  async #writeFile(file: string, text: string): Promise<void> {
    const handle = await open(file, "wx");
    try {
      await handle.writeFile(text);
      if (this.#fsync) await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Readable, short enough for every file system, and different for different names. */
function folderName(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${name.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80)}-${digest}`;
}

async function versionsIn(folder: string): Promise<number[]> {
  try {
    const versions: number[] = [];
    for (const name of await readdir(folder)) {
      const [, digits] = versionName.exec(name) ?? [];
      if (digits !== undefined) versions.push(Number(digits));
    }
    return versions;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function latestIn(folder: string): Promise<Version> {
  for (;;) {
    const number = Math.max(0, ...(await versionsIn(folder)));
    if (number === 0) return { number, state: emptyState, writes: [] };
    try {
      return versionIn(
        path.join(folder, nameOf(number)),
        await readFile(path.join(folder, nameOf(number)), "utf8"),
      );
    } catch (error) {
      // Old by now, and tidied away.
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
}

/** What a file of a version holds, which was written by this class, whole or not at all. */
function versionIn(file: string, text: string): Version {
  try {
    const version = JSON.parse(text) as Version;
    const { blocks, reports } = version.state;
    if ([blocks, reports, version.writes].every((list) => Array.isArray(list))) return version;
  } catch {
    // Said below.
  }
  throw new Error(
    `${file} is damaged, and nobody knows which of its numbers were handed out. Move the folder away: its leases are ` +
      "burned in time, and new ones are taken.",
  );
}

/** Makes what was linked in a folder last. */
async function flushFolder(folder: string): Promise<void> {
  // Windows has no such thing, and needs none.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes old versions and what killed processes have left. */
async function tidy(folder: string, latest: number): Promise<void> {
  const files = await readdir(folder);
  for (const name of files) {
    const file = path.join(folder, name);
    const [, digits] = versionName.exec(name) ?? [];
    const isOld = digits !== undefined && Number(digits) <= latest - keptVersions;
    const isAbandoned = name.endsWith(".draft") && (await ageOf(file)) > abandonedMs;
    if (isOld || isAbandoned) await unlink(file).catch(() => undefined);
  }
}

async function ageOf(file: string): Promise<number> {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch {
    return 0;
  }
}
