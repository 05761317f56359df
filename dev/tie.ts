import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * Waits for the end of its input, which comes when the process that holds the other end is gone,
 * however it went; then sends the signal.
 */
const script = 'while read -r line; do :; done; kill -s "$2" "$1"';

/**
 * Makes a process end with this one, even when this one is killed with -9. Answers what unties it
 * again, to be called when the process has ended, so that nobody is hit who gets its pid later.
 */
export function tieToThisProcess(pid: number, signal: "INT" | "KILL"): () => void {
  const watcher = spawn("sh", ["-c", script, "sh", String(pid), signal], {
    // A session of its own: Ctrl-C in the terminal must not end the watcher first.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  // Node's pipes are sockets; this one is no reason to go on running.
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  watcher.stdin.on("error", () => undefined);
  return () => {
    watcher.kill("SIGKILL");
  };
}
