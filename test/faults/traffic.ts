import type { Call } from "./check/history.ts";
import { runAdministrator } from "./clients/administrator.ts";
import { runClient } from "./clients/client.ts";
import { looksAt } from "./clients/looks.ts";
import { sender } from "./clients/send.ts";
import type { Appetite } from "./clients/wishes/amounts.ts";
import { randomOf } from "./random.ts";
import type { Stage } from "./stage/stage.ts";

export interface TrafficOptions {
  readonly seed: number;
  readonly clients: number;
  readonly apiKey: string;
  readonly appetite: Appetite;
  /** How long a client waits for an answer. */
  readonly patienceMs: number;
}

/** Many clients at work, and one who changes definitions meanwhile. */
export interface Traffic {
  /** The calls so far, by the order of their ends. */
  readonly history: readonly Call[];
  /** Delivers the next so many requests twice at once. */
  doubleNext(requests: number): void;
  /**
   * Lets every client end; those without an answer keep asking for at most `patienceMs`. Answers how many
   * changes of definitions and counters succeeded.
   */
  end(patienceMs: number): Promise<{ changes: number }>;
}

/** Sets clients to work. What each of them wants is decided by the seed. */
export function startTraffic(stage: Stage, options: TrafficOptions): Traffic {
  const history: Call[] = [];
  let twins = 0;
  let goesOn = true;
  let isOver = false;
  const { send, close } = sender(options.apiKey, options.patienceMs);
  const looks = looksAt(stage.ports, options.apiKey, options.patienceMs);
  const clients = Array.from({ length: options.clients }, (_, client) =>
    runClient(client, randomOf(options.seed, client + 1), {
      send,
      looks,
      ports: stage.ports,
      appetite: options.appetite,
      now: () => performance.now(),
      record: (call) => history.push({ id: history.length, ...call }),
      goesOn: () => goesOn,
      isOver: () => isOver,
      takeTwin() {
        if (twins === 0) return false;
        twins -= 1;
        return true;
      },
    }),
  );
  const administrator = runAdministrator({
    ports: stage.ports,
    apiKey: options.apiKey,
    random: randomOf(options.seed),
    goesOn: () => goesOn,
  });
  return {
    history,
    doubleNext(requests) {
      twins += requests;
    },
    async end(patienceMs) {
      goesOn = false;
      const timer = setTimeout(() => {
        isOver = true;
      }, patienceMs);
      await Promise.all(clients);
      clearTimeout(timer);
      close();
      return { changes: await administrator };
    },
  };
}
