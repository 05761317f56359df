/** Adds one to the size in a store as many times as it is told: `add-many.ts <folder> <times>`. */
import { FileStore } from "../../../client/src/file-store.ts";
import { addOne } from "./add-one.ts";

const [folder = "", times = "0"] = process.argv.slice(2);
const store = new FileStore(folder, { fsync: false });
for (let at = 0; at < Number(times); at += 1) {
  await addOne(store);
}
