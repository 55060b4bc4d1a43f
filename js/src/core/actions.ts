// All actions of a run as a struct of arrays, filled from packed columns. State: Python's.
// Layout of a block: u32 magic, u32 header bytes, header (JSON, padded to 8), then the sections of
// flyte_widgets/shared/columns.json, in that order, each padded to 8 bytes, little-endian. The same vectors test this and flyte_widgets/wire/columns.py.
import layout from "../../../flyte_widgets/shared/columns.json";
import { grown } from "./arrays";
import { type ColumnsHeader, MAGIC } from "./protocol";

/** In the place of a group: none. */
export const NO_STRING = layout.noString;

export class ColumnsError extends Error {}

/** `gap`: the block does not follow on what is here, so a snapshot is needed. */
export type Applied = "ok" | "gap" | "old";

export class Actions {
  seq = 0;
  /** Number of actions; rows 0 … count-1 are valid. Rows never move: a row index is an action for ever. */
  count = 0;
  /** Actions of the run; more than `count` only in a bounded saved state. */
  known = 0;
  baseMs = 0;
  nowMs = 0;
  /** Labels of phases that the table does not have. */
  phaseLabels: Record<string, string> = {};
  readonly strings: string[] = [];
  /** Row of the action with this id ("a0"). */
  readonly rowOf = new Map<string, number>();
  id: string[] = [];
  name: string[] = [];
  group: string[] = [];
  /** Places of names and groups in the table: equal ones are equal texts, until all rows come anew. */
  nameAt = new Uint32Array(0);
  groupAt = new Uint32Array(0);
  parent = new Int32Array(0);
  phase = new Uint8Array(0);
  kind = new Uint8Array(0);
  flags = new Uint8Array(0);
  attempts = new Uint16Array(0);
  /** Milliseconds from `baseMs`; NaN where the backend gave none. */
  createdMs = new Float64Array(0);
  endedMs = new Float64Array(0);
  /** Segments of row r: segFrom[r] … segFrom[r] + segCount[r] - 1, by attempt, then by time. */
  segFrom = new Uint32Array(0);
  segCount = new Uint32Array(0);
  /** NaN end: still open. */
  segStartMs = new Float64Array(0);
  segEndMs = new Float64Array(0);
  segAttempt = new Uint16Array(0);
  segPhase = new Uint8Array(0);
  segFlags = new Uint8Array(0);
  /** Blocks taken so far, and for each row the one that brought it last. */
  blocks = 0;
  changedIn = new Uint32Array(0);
  /** Snapshots taken so far: with each, all texts and rows are new. */
  snapshots = 0;
  /** Counts up when a row that was here already got another parent, name or group, and with each snapshot. */
  treeRevision = 0;
  #segUsed = 0;
  #segGarbage = 0;

  /** Take a block. Throws ColumnsError, and changes nothing, where it is not one. */
  apply(block: DataView): Applied {
    const { header, sections } = decode(block);
    if (header.since !== 0 && header.since !== this.seq) return header.seq <= this.seq ? "old" : "gap";
    if (header.since === 0) this.#clear();
    const { rows, segments, total } = header;
    this.#reserve(total, segments);
    this.blocks++;
    for (const [i, text] of sections.newStrings.entries()) this.strings[header.stringsFrom + i] = text;
    for (let i = 0; i < rows; i++) this.#setRow(sections, i);
    this.seq = header.seq;
    this.baseMs = header.baseMs;
    this.nowMs = header.nowMs;
    this.known = header.known;
    this.phaseLabels = header.phases;
    this.count = total;
    if (this.#segGarbage > 1024 && this.#segGarbage > this.#segUsed / 2) this.#compact();
    return "ok";
  }

  #setRow(s: Sections, i: number): void {
    const row = s.row[i]!;
    const id = this.strings[s.id[i]!] ?? "";
    const nameAt = s.name[i]!;
    const name = this.strings[nameAt] ?? "";
    const groupAt = s.group[i]!;
    const group = groupAt === NO_STRING ? "" : (this.strings[groupAt] ?? "");
    const parent = s.parent[i]!;
    const moved =
      this.id[row] !== id ||
      this.nameAt[row] !== nameAt ||
      this.groupAt[row] !== groupAt ||
      this.parent[row] !== parent;
    if (row < this.count && moved) this.treeRevision++;
    this.id[row] = id;
    this.name[row] = name;
    this.group[row] = group;
    this.nameAt[row] = nameAt;
    this.groupAt[row] = groupAt;
    this.parent[row] = parent;
    this.changedIn[row] = this.blocks;
    this.rowOf.set(id, row);
    this.phase[row] = s.phase[i]!;
    this.kind[row] = s.kind[i]!;
    this.flags[row] = s.flags[i]!;
    this.attempts[row] = s.attempts[i]!;
    this.createdMs[row] = s.createdMs[i]!;
    this.endedMs[row] = s.endedMs[i]!;
    const from = s.segFrom[i]!;
    const n = s.segFrom[i + 1]! - from;
    let at = this.segFrom[row]!;
    if (n > this.segCount[row]!) {
      this.#segGarbage += this.segCount[row]!;
      at = this.#segUsed;
      this.#segUsed += n;
      this.segFrom[row] = at;
    } else {
      this.#segGarbage += this.segCount[row]! - n;
    }
    this.segCount[row] = n;
    for (let k = 0; k < n; k++) {
      this.segStartMs[at + k] = s.segStartMs[from + k]!;
      this.segEndMs[at + k] = s.segEndMs[from + k]!;
      this.segAttempt[at + k] = s.segAttempt[from + k]!;
      this.segPhase[at + k] = s.segPhase[from + k]!;
      this.segFlags[at + k] = s.segFlags[from + k]!;
    }
  }

  #clear(): void {
    this.count = this.#segUsed = this.#segGarbage = 0;
    this.strings.length = this.id.length = this.name.length = this.group.length = 0;
    this.rowOf.clear();
    this.segCount.fill(0);
    this.snapshots++;
    this.treeRevision++;
  }

  #reserve(rows: number, newSegments: number): void {
    this.nameAt = grown(this.nameAt, rows);
    this.groupAt = grown(this.groupAt, rows);
    this.changedIn = grown(this.changedIn, rows);
    this.parent = grown(this.parent, rows);
    this.phase = grown(this.phase, rows);
    this.kind = grown(this.kind, rows);
    this.flags = grown(this.flags, rows);
    this.attempts = grown(this.attempts, rows);
    this.createdMs = grown(this.createdMs, rows);
    this.endedMs = grown(this.endedMs, rows);
    this.segFrom = grown(this.segFrom, rows);
    this.segCount = grown(this.segCount, rows);
    const segments = this.#segUsed + newSegments;
    this.segStartMs = grown(this.segStartMs, segments);
    this.segEndMs = grown(this.segEndMs, segments);
    this.segAttempt = grown(this.segAttempt, segments);
    this.segPhase = grown(this.segPhase, segments);
    this.segFlags = grown(this.segFlags, segments);
  }

  /** Close the holes that growing rows left in the segment arrays. */
  #compact(): void {
    const columns = [this.segStartMs, this.segEndMs, this.segAttempt, this.segPhase, this.segFlags] as const;
    const old = columns.map((column) => column.slice(0, this.#segUsed));
    let used = 0;
    for (let row = 0; row < this.count; row++) {
      const from = this.segFrom[row]!;
      const n = this.segCount[row]!;
      for (const [c, column] of columns.entries())
        column.set(old[c]!.subarray(from, from + n) as never, used);
      this.segFrom[row] = used;
      used += n;
    }
    this.#segUsed = used;
    this.#segGarbage = 0;
  }
}

interface Sections {
  createdMs: Float64Array;
  endedMs: Float64Array;
  segStartMs: Float64Array;
  segEndMs: Float64Array;
  row: Uint32Array;
  id: Uint32Array;
  name: Uint32Array;
  group: Uint32Array;
  parent: Int32Array;
  segFrom: Uint32Array;
  stringEnd: Uint32Array;
  attempts: Uint16Array;
  segAttempt: Uint16Array;
  phase: Uint8Array;
  kind: Uint8Array;
  flags: Uint8Array;
  segPhase: Uint8Array;
  segFlags: Uint8Array;
  newStrings: string[];
}

const ARRAYS = {
  f64: Float64Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;

const padded = (bytes: number): number => (bytes + 7) & ~7;

/** Read a block. The arrays are views of one copy, for a comm's buffer need not be aligned. */
export function decode(block: DataView): { header: ColumnsHeader; sections: Sections } {
  if (block.byteLength < 8 || block.getUint32(0, true) !== MAGIC) {
    throw new ColumnsError(`not a block of columns: ${block.byteLength} bytes`);
  }
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength).slice();
  const headerBytes = block.getUint32(4, true);
  const cut = () => new ColumnsError(`block of columns is cut at ${bytes.byteLength} bytes`);
  if (8 + headerBytes > bytes.byteLength) throw cut();
  const text = new TextDecoder();
  const header = JSON.parse(text.decode(bytes.subarray(8, 8 + headerBytes))) as ColumnsHeader;
  const { rows, segments, strings, stringBytes } = header;
  let at = padded(8 + headerBytes);
  const lengths: Record<string, number> = { rows, "rows + 1": rows + 1, segments, strings, stringBytes };
  const columns: Record<string, ArrayLike<number>> = {};
  for (const [name, type, length] of layout.sections as [string, keyof typeof ARRAYS, string][]) {
    const n = lengths[length]!;
    const size = n * ARRAYS[type].BYTES_PER_ELEMENT;
    if (at + size > bytes.byteLength) throw cut();
    columns[name] = new ARRAYS[type](bytes.buffer, at, n);
    at += padded(size);
  }
  const { newStrings: blob, ...numbers } = columns as unknown as Omit<Sections, "newStrings"> & {
    newStrings: Uint8Array;
  };
  return { header, sections: { ...numbers, newStrings: split(text, blob, numbers.stringEnd) } };
}

/** The texts of a blob that end at these bytes. Decoded in one go where a byte is a letter, as it is nearly always. */
function split(decoder: TextDecoder, blob: Uint8Array, ends: Uint32Array): string[] {
  const whole = decoder.decode(blob);
  const isPlain = whole.length === blob.length;
  const texts = new Array<string>(ends.length);
  let from = 0;
  for (const [i, end] of ends.entries()) {
    texts[i] = isPlain ? whole.slice(from, end) : decoder.decode(blob.subarray(from, end));
    from = end;
  }
  return texts;
}
