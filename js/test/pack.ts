// Packs actions into blocks of columns, in the layout that src/core/actions.ts reads. For tests and the gallery.
import { type ColumnsHeader, MAGIC } from "../src/core/protocol";

export interface SegmentSpec {
  /** From 1. */
  attempt?: number;
  /** Wire number. */
  phase: number;
  /** Milliseconds from the base; NaN: not known. */
  startMs: number;
  /** NaN: still open. */
  endMs: number;
  /** `Seg` flags. */
  flags?: number;
}

export interface ActionSpec {
  id: string;
  name: string;
  group?: string;
  /** Row of the parent; -1: none, or not known yet. */
  parent: number;
  phase: number;
  /** `Kind`. */
  kind?: number;
  /** `Row` flags. */
  flags?: number;
  attempts?: number;
  createdMs: number;
  endedMs: number;
  segments: readonly SegmentSpec[];
}

export interface BlockOptions {
  baseMs?: number;
  /** The backend's clock, epoch ms. */
  nowMs?: number;
  known?: number;
  phases?: Record<string, string>;
}

const NO_STRING = 0xffffffff;
const padded = (bytes: number): number => (bytes + 7) & ~7;

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** Keeps the table of strings from one block to the next, as Python does. */
export class Packer {
  private seq = 0;
  private total = 0;
  private readonly strings = new Map<string, number>();

  /** All actions; what was sent before no longer counts. */
  snapshot(actions: readonly ActionSpec[], options: BlockOptions = {}): DataView {
    this.strings.clear();
    this.total = 0;
    const rows = new Map(actions.map((action, row) => [row, action]));
    return this.block(0, rows, options);
  }

  /** The rows that came or changed since the last block. */
  delta(changed: ReadonlyMap<number, ActionSpec>, options: BlockOptions = {}): DataView {
    return this.block(this.seq, changed, options);
  }

  private block(since: number, changed: ReadonlyMap<number, ActionSpec>, options: BlockOptions): DataView {
    const stringsFrom = this.strings.size;
    const fresh: string[] = [];
    const text = (value: string): number => {
      let at = this.strings.get(value);
      if (at === undefined) {
        at = this.strings.size;
        this.strings.set(value, at);
        fresh.push(value);
      }
      return at;
    };
    const actions = [...changed.values()];
    const segments = actions.flatMap((action) => action.segments);
    for (const row of changed.keys()) this.total = Math.max(this.total, row + 1);
    const id = Uint32Array.from(actions, (a) => text(a.id));
    const name = Uint32Array.from(actions, (a) => text(a.name));
    const group = Uint32Array.from(actions, (a) => (a.group ? text(a.group) : NO_STRING));
    const encoded = fresh.map((value) => new TextEncoder().encode(value));
    let end = 0;
    const stringEnd = Uint32Array.from(encoded, (bytes) => {
      end += bytes.length;
      return end;
    });
    const blob = new Uint8Array(end);
    for (const [i, bytes] of encoded.entries()) blob.set(bytes, i === 0 ? 0 : stringEnd[i - 1]);
    let from = 0;
    const segFrom = Uint32Array.from([0, ...actions.map((a) => (from += a.segments.length))]);
    const columns: Column[] = [
      Float64Array.from(actions, (a) => a.createdMs),
      Float64Array.from(actions, (a) => a.endedMs),
      Float64Array.from(segments, (s) => s.startMs),
      Float64Array.from(segments, (s) => s.endMs),
      Uint32Array.from(changed.keys()),
      id,
      name,
      group,
      Int32Array.from(actions, (a) => a.parent),
      segFrom,
      stringEnd,
      Uint16Array.from(actions, (a) => a.attempts ?? Math.max(1, ...a.segments.map((s) => s.attempt ?? 1))),
      Uint16Array.from(segments, (s) => s.attempt ?? 1),
      Uint8Array.from(actions, (a) => a.phase),
      Uint8Array.from(actions, (a) => a.kind ?? 0),
      Uint8Array.from(actions, (a) => a.flags ?? 0),
      Uint8Array.from(segments, (s) => s.phase),
      Uint8Array.from(segments, (s) => s.flags ?? 0),
      blob,
    ];
    this.seq++;
    const baseMs = options.baseMs ?? 0;
    return join(
      {
        seq: this.seq,
        since,
        baseMs,
        nowMs: options.nowMs ?? baseMs,
        total: this.total,
        known: options.known ?? this.total,
        rows: actions.length,
        segments: segments.length,
        strings: fresh.length,
        stringsFrom,
        stringBytes: end,
        phases: options.phases ?? {},
      },
      columns,
    );
  }
}

function join(header: ColumnsHeader, columns: readonly Column[]): DataView {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = columns.reduce((sum, column) => sum + padded(column.byteLength), padded(8 + json.length));
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, 8);
  let at = padded(8 + json.length);
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += padded(column.byteLength);
  }
  return view;
}

/** One snapshot. */
export function pack(actions: readonly ActionSpec[], options: BlockOptions = {}): DataView {
  return new Packer().snapshot(actions, options);
}
