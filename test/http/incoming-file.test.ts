import { expect, test } from "vitest";

import type { IncomingFile } from "../../src/domain/imports/receive.ts";
import { Failure } from "../../src/errors.ts";
import { fileLimitBytes, incomingFile } from "../../src/http/incoming-file.ts";

function request(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://serialmint.test/", { method: "POST", body, headers });
}

/** Reads a file to its end and gives how many bytes it had. */
async function sizeOf({ stream }: IncomingFile): Promise<number> {
  let size = 0;
  for await (const bytes of stream) size += bytes.byteLength;
  return size;
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  return error instanceof Failure ? error.code : `no failure: ${String(error)}`;
}

/** A body of pieces of 1 MiB; `pulled` counts them. */
function pieces(count: number, end: (controller: ReadableStreamDefaultController) => void) {
  const piece = new Uint8Array(1_048_576);
  const pulled = { count: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (pulled.count === count) return end(controller);
        pulled.count += 1;
        return controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, pulled };
}

test("a file is digested while it is read", async () => {
  const file = incomingFile(request("abc"));
  expect(await sizeOf(file)).toBe(3);
  // FIPS 180-2, appendix B.1.
  expect(await file.digest()).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("no body is an empty file", async () => {
  expect(await sizeOf(incomingFile(request(null)))).toBe(0);
});

test("a body that breaks off fails, whatever came before", async () => {
  const { stream } = pieces(2, (controller) =>
    controller.error(new Error("the connection is lost")),
  );
  expect(await codeOf(sizeOf(incomingFile(request(stream))))).toBe("import_broken_off");
});

test("a body beyond the limit is refused, unread when it says so", async () => {
  const said = { "content-length": String(fileLimitBytes + 1) };
  const announced = incomingFile(request("a", said));
  expect(await codeOf(sizeOf(announced))).toBe("import_too_large");
  const { stream, pulled } = pieces(1000, (controller) => controller.close());
  expect(await codeOf(sizeOf(incomingFile(request(stream))))).toBe("import_too_large");
  // 256 MiB and the piece that is too much, perhaps one read ahead.
  expect(pulled.count).toBeLessThanOrEqual(258);
});

test("a body is not read ahead of who reads the file", async () => {
  const { stream, pulled } = pieces(100, (controller) => controller.close());
  const reader = incomingFile(request(stream)).stream.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pulled.count).toBeLessThanOrEqual(3);
  await reader.cancel();
});
