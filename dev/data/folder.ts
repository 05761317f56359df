import path from "node:path";

import { projectRoot } from "../wrangler.ts";

/** What a stack keeps, all below one folder. */
export interface DataFolder {
  root: string;
  /** The database cluster, unless Postgres cannot reach it there: see `reachableDataDir`. */
  postgres: string;
  /** The Durable Objects' storage under workerd. */
  durableObjects: string;
  /** The built Worker, its configuration, and the note of which process runs it. */
  workerd: string;
  /** The state of `wrangler dev`, which keeps Durable Objects in a form of its own. */
  wrangler: string;
  /** Says which process runs a stack here. */
  lock: string;
}

export function dataFolder(root: string): DataFolder {
  const inside = (name: string): string => path.join(root, name);
  return {
    root,
    postgres: inside("postgres"),
    durableObjects: inside("durable-objects"),
    workerd: inside("workerd"),
    wrangler: inside("wrangler"),
    lock: inside("stack.lock"),
  };
}

/** The folder as messages name it: from the working directory, or in full when it is not below. */
export function shownFolder({ root }: DataFolder): string {
  const way = path.relative(process.cwd(), root);
  if (way === "") return ".";
  return way.split(path.sep)[0] === ".." || path.isAbsolute(way) ? root : way;
}

/** The folder that SERIALMINT_DATA names (relative to the working directory), else `.data`. */
export function chosenDataFolder(environment: NodeJS.ProcessEnv): DataFolder {
  const chosen = environment["SERIALMINT_DATA"];
  if (chosen === undefined || chosen === "") return dataFolder(path.join(projectRoot, ".data"));
  return dataFolder(path.resolve(chosen));
}
