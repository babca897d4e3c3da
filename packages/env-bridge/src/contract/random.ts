// Seeded random numbers, the same on every machine (integer arithmetic only).
// Knows nothing about who draws them.

/** A stream of random numbers. Values are passed in wherever something random happens; nothing uses a global one. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 32 random bits. */
  float(): number;
  /** An integer in [0, n). */
  integer(n: number): number;
  /** A number in [low, high). */
  uniform(low: number, high: number): number;
  /** The four 32-bit words of the state, for checkpoints. */
  state(): readonly [number, number, number, number];
}

/** Seeds are strings or bigint on the wire, because real configurations use seeds above 2^53. */
export type Seed = string | bigint | number;

/** The canonical text of a seed: equal seeds of different types give equal texts. */
export function seedText(seed: Seed): string {
  return String(seed);
}

/** Starts a stream (xoshiro128**, seeded by a 4×32-bit hash of the text). Streams of different `names` are independent. */
export function createRandom(seed: Seed, ...names: readonly (string | number)[]): Random {
  const text = [seedText(seed), ...names].join("\u0000");
  return randomFromState([hash32(text, 1), hash32(text, 2), hash32(text, 3), hash32(text, 4) | 1]);
}

/** Continues a stream from a saved state. */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  const uint32 = (): number => {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled;
  };
  const float = (): number => uint32() / 4294967296;
  return {
    uint32,
    float,
    integer: (n) => Math.floor(float() * n),
    uniform: (low, high) => low + (high - low) * float(),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** A 32-bit hash of a text (MurmurHash3's mixing over UTF-16 code units). */
export function hash32(text: string, salt = 0): number {
  let h = Math.imul(salt ^ 0x9e3779b9, 0x85ebca6b);
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = Math.imul(rotateLeft(k, 15), 0x1b873593);
    h = Math.imul(rotateLeft(h ^ k, 13), 5) + 0xe6546b64;
  }
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
