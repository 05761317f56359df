/** Runs a stack until it is killed: `node hold-stack.ts <data folder>`. Prints its pids as JSON. */
import { startSmallStack } from "./small-stack.ts";

const [dataDir = ""] = process.argv.slice(2);
const { url, workerd, postgres } = await startSmallStack(dataDir);
console.log(JSON.stringify({ url, workerd: workerd.pid, postgres: postgres.pid }));
setInterval(() => undefined, 60_000);
