// Typed arrays that grow. Pure.

type Growable = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** An array with room for `length` entries: the same, or a copy of at least double size. New entries are `fill`. */
export function grown<T extends Growable>(array: T, length: number, fill = 0): T {
  if (array.length >= length) return array;
  const next = new (array.constructor as new (n: number) => T)(Math.max(length, array.length * 2, 64));
  next.set(array as never);
  if (fill) next.fill(fill, array.length);
  return next;
}
