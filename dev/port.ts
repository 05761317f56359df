import { createServer } from "node:net";

import { Refusal } from "./refusal.ts";

/** The port that PORT names, else 8787. Refuses what is not 1 to 65535. */
export function chosenPort(environment: NodeJS.ProcessEnv): number {
  const chosen = environment["PORT"];
  if (chosen === undefined || chosen === "") return 8787;
  const port = Number(chosen);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Refusal(`PORT is ${chosen}; it must be a number from 1 to 65535.`);
}

/** The sentence for a port that something else listens on. */
export function portTaken(port: number): Refusal {
  return new Refusal(
    `Port ${port} is taken by another program. Stop that one, or choose another port: ` +
      `PORT=${port === 8787 ? 8788 : port + 1} npm start`,
  );
}

/** Refuses when the port cannot be listened on; `0` is always fine. */
export async function requireFreePort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") reject(portTaken(port));
      else if (error.code === "EACCES") {
        reject(new Refusal(`Port ${port} needs more rights than yours. Choose one above 1023.`));
      } else reject(error);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve();
      });
    });
  });
}
