import path from "node:path";

import { findProcess } from "./postgres/process-table.ts";

/**
 * Calls `then` once when npm runs this program and npm, or the shell between, is gone. npm hands
 * SIGTERM on to its shell alone, and SIGKILL to nobody. A program that npm does not run is left to
 * outlive its parent.
 */
export function onceNpmIsGone(then: () => void): void {
  const script = process.env["npm_lifecycle_script"];
  if (script === undefined || !runsThisProgram(script)) return;
  const parent = process.ppid;
  const shell = shellOf(script, parent);
  const timer = setInterval(() => {
    // Who loses its parent gets another one, so that no reused pid can deceive.
    if (process.ppid === parent && (shell === null || findProcess(parent)?.parent === shell.npm)) {
      return;
    }
    clearInterval(timer);
    then();
  }, 1000);
  timer.unref();
}

/** The variable is inherited: it may as well be of a script that started us by detours. */
function runsThisProgram(script: string): boolean {
  return script.split(" ").some((word) => path.resolve(word) === process.argv[1]);
}

/** The shell that runs the script for npm; null when it has become this program, as bash does. */
function shellOf(script: string, parent: number): { npm: number } | null {
  const facts = findProcess(parent);
  return facts?.command.includes(` -c ${script}`) === true ? { npm: facts.parent } : null;
}
