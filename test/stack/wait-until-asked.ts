/** Goes on until it is asked to stop, as dev/start.ts does; prints its pid. */
import { askedToStop } from "../../dev/ending.ts";

const alive = setInterval(() => undefined, 60_000);
const stop = askedToStop();
console.log(`waiting as ${process.pid}`);
await stop;
clearInterval(alive);
console.log("stopped");
