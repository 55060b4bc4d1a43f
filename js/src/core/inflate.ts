// Snapshots that a notebook keeps are deflated: in its file they are base64. What travels live is not: it is small.

/** The first byte of a zlib stream with a window of 32 KiB, which no block of columns begins with. */
const ZLIB = 0x78;

export function isDeflated(block: DataView): boolean {
  return block.byteLength > 0 && block.getUint8(0) === ZLIB;
}

/** Rejects where it is not whole. */
export async function inflate(block: DataView): Promise<DataView> {
  const bytes = new Uint8Array(block.buffer as ArrayBuffer, block.byteOffset, block.byteLength);
  const stream = new Response(bytes).body!.pipeThrough(new DecompressionStream("deflate"));
  return new DataView(await new Response(stream).arrayBuffer());
}
