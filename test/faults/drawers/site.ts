import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Drawing } from "../check/drawing.ts";
import type { Random } from "../random.ts";
import { readLog } from "./log.ts";

/** Where processes draw, and where they keep and note what they have. */
export interface Place {
  readonly ports: readonly number[];
  readonly apiKey: string;
  readonly sequence: string;
  readonly holder: string;
  /** A folder and a file that they share. */
  readonly store: string;
  readonly log: string;
}

/** What a site came to. */
export interface SiteReport extends Drawing {
  /** How often one of its processes was killed with its store intact, and all of them with it lost. */
  readonly killed: number;
  readonly lost: number;
}

/** Processes of one tenant that draw from one store. */
export interface Site {
  /** Lets them report what they have and end; those that do not in time are killed. */
  end(patienceMs: number): Promise<SiteReport>;
}

const script = path.join(import.meta.dirname, "draw.ts");
/** Processes that share the store. */
const size = 2;

/**
 * Sets processes to draw, and kills them again and again. When and what is lost is decided by the seed. All of
 * them end when `stopped` says so.
 */
export function startSite(where: Place, random: Random, stopped: AbortSignal): Site {
  let killed = 0;
  let lost = 0;
  const running = Array.from({ length: size }, () => begin(where, stopped));
  const ending = new AbortController();
  const over = AbortSignal.any([ending.signal, stopped]);
  const killing = (async () => {
    for (;;) {
      await sleep(random.between(3000, 12_000), undefined, { signal: over }).catch(() => null);
      if (over.aborted) return;
      const isLost = random.chance(0.3);
      const hit = isLost ? [...running.keys()] : [random.between(0, size - 1)];
      for (const place of hit) await kill(running[place]);
      if (isLost) {
        await rm(where.store, { recursive: true, force: true });
        lost += 1;
      } else {
        killed += 1;
      }
      for (const place of hit) running[place] = begin(where, stopped);
    }
  })();
  return {
    async end(patienceMs) {
      ending.abort();
      await killing;
      await Promise.all(running.map((one) => endOf(one, patienceMs)));
      const { holder, sequence, log } = where;
      return { holder, sequence, killed, lost, ...readLog(await readFile(log, "utf8")) };
    },
  };
}

/** Ends with this process too: its channel closes. */
function begin(where: Place, stopped: AbortSignal): ChildProcess {
  const { sequence, holder, store, log, apiKey, ports } = where;
  const one = fork(script, [sequence, holder, store, log, apiKey, ...ports.map(String)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    signal: stopped,
    killSignal: "SIGKILL",
  });
  // That it was stopped.
  one.on("error", () => undefined);
  return one;
}

async function kill(one: ChildProcess | undefined): Promise<void> {
  if (one === undefined || one.exitCode !== null || one.signalCode !== null) return;
  const ended = once(one, "exit");
  one.kill("SIGKILL");
  await ended;
}

async function endOf(one: ChildProcess, patienceMs: number): Promise<void> {
  if (one.exitCode !== null || one.signalCode !== null) return;
  const ended = once(one, "exit");
  one.send("end");
  const timer = setTimeout(() => one.kill("SIGKILL"), patienceMs);
  await ended;
  clearTimeout(timer);
}
