import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { runUser } from "../../../dev/postgres/run-user.ts";
import { onConnection } from "./database.ts";

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Mounts in a name space of its own, which needs no rights, and fills and clears until its input ends. A
 * file that somebody else makes there may have an owner whom the name space does not know.
 */
const holder = `
  mount -t tmpfs -o size="$1"m,mode=700 tmpfs /mnt && mkdir /mnt/space && echo ready
  while read -r order; do
    case "$order" in
      fill) dd if=/dev/zero of=/mnt/ballast bs=4M 2>/dev/null ;;
      clear) rm -f /mnt/ballast ;;
    esac
    echo done
  done`;

/**
 * Makes the file system for the user that Postgres runs as. Null where the system does not let an ordinary
 * user do so: there is none on macOS, and Linux can be told not to.
 */
export async function makeSmallDisk(
  dataDir: string,
  megabytes: number,
): Promise<(SmallDisk & { readonly folder: string }) | null> {
  const user = runUser(dataDir);
  const child = spawn("unshare", ["-Urm", "sh", "-c", holder, "sh", String(megabytes)], {
    // A session of its own: Ctrl-C must not end it before Postgres has stopped.
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  const ended = new Promise<null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", () => resolve(null));
  });
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await Promise.race([lines.next(), ended]);
  if (ready?.value !== "ready" || child.pid === undefined) {
    child.stdin.end();
    return null;
  }
  const order = async (what: "fill" | "clear"): Promise<void> => {
    child.stdin.write(`${what}\n`);
    const answer = await lines.next();
    if (answer.value !== "done") throw new Error("The small file system is gone.");
  };
  return {
    // What is mounted there is seen from here through the process that holds it.
    folder: `/proc/${child.pid}/root/mnt/space`,
    fill: () => order("fill"),
    clear: () => order("clear"),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Moves all tables and their indexes into a folder. The log of the server stays where it is. */
export async function moveTables(url: string, folder: string): Promise<void> {
  await onConnection(url, async (client) => {
    await client.query(`create tablespace small location '${folder}'`);
    await client.query("alter table all in tablespace pg_default set tablespace small");
    await client.query("alter index all in tablespace pg_default set tablespace small");
  });
}
