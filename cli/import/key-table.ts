/** Which user has a key, for many keys in little memory: 12 bytes for each slot, of which a quarter to a half are in use. */
import { createHash } from 'node:crypto';

const FIRST_SLOTS = 1024;
const NOBODY = -1;

/**
 * Keeps 64 bits of a SHA-256 of each key. Two keys of a million look alike once in 37 million imports, which then reports a conflict that
 * is none.
 */
export class KeyTable {
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  #value = new Int32Array(FIRST_SLOTS).fill(NOBODY);
  #count = 0;

  get(key: string): number | undefined {
    const [high, low] = digest(key);
    const value = this.#value[this.#slot(high, low)];
    return value === NOBODY ? undefined : value;
  }

  /** Sets the value of a key that has none; the value that the key has then. */
  add(key: string, value: number): number {
    const [high, low] = digest(key);
    const slot = this.#slot(high, low);
    const present = this.#value[slot] ?? NOBODY;
    if (present !== NOBODY) return present;
    this.#set(slot, [high, low], value);
    this.#count += 1;
    if (this.#count * 2 > this.#value.length) this.#grow();
    return value;
  }

  #set(slot: number, [high, low]: readonly [number, number], value: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#value[slot] = value;
  }

  /** Where a key is, or would be. */
  #slot(high: number, low: number): number {
    const mask = this.#value.length - 1;
    let slot = low & mask;
    while (this.#value[slot] !== NOBODY && !(this.#high[slot] === high && this.#low[slot] === low))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [high, low, value] = [this.#high, this.#low, this.#value];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    this.#value = new Int32Array(high.length * 2).fill(NOBODY);
    for (let old = 0; old < value.length; old += 1) {
      const [h = 0, l = 0, v = NOBODY] = [high[old], low[old], value[old]];
      if (v !== NOBODY) this.#set(this.#slot(h, l), [h, l], v);
    }
  }
}

function digest(key: string): readonly [number, number] {
  const bytes = createHash('sha256').update(key).digest();
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}

/** A list of numbers, eight bytes each. */
export class Numbers {
  #items: Float64Array = new Float64Array(FIRST_SLOTS);
  readonly #absent: number;

  constructor(absent: number) {
    this.#absent = absent;
    this.#items.fill(absent);
  }

  get(index: number): number {
    return this.#items[index] ?? this.#absent;
  }

  set(index: number, value: number): void {
    if (index >= this.#items.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#items.length * 2)).fill(this.#absent);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[index] = value;
  }
}

/** A list of byte strings of one length. */
export class Bytes {
  readonly #length: number;
  #items: Uint8Array;

  constructor(length: number) {
    this.#length = length;
    this.#items = new Uint8Array(FIRST_SLOTS * length);
  }

  /** In hex; `undefined` if it was never set. */
  get(index: number): string | undefined {
    const bytes = this.#items.subarray(index * this.#length, (index + 1) * this.#length);
    return bytes.length === this.#length && bytes.some((byte) => byte !== 0)
      ? Buffer.from(bytes).toString('hex')
      : undefined;
  }

  set(index: number, hex: string): void {
    const end = (index + 1) * this.#length;
    if (end > this.#items.length) {
      const grown = new Uint8Array(Math.max(end, this.#items.length * 2));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items.set(Buffer.from(hex, 'hex'), index * this.#length);
  }
}
