/** Streams of bytes for the tests of reading. */

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A stream of these chunks, none of which is given before it is asked for. */
export function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[next];
        next += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
}

export function streamOfText(text: string): ReadableStream<Uint8Array> {
  return streamOf([utf8(text)]);
}

/** The bytes cut at these places, given as shares of the length from 0 to 1. */
export function cutAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = shares.map((share) => Math.floor(share * bytes.length));
  const cuts = [0, ...places.toSorted((one, other) => one - other), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}
