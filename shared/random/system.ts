import { type Random, RandomSource } from './random.ts';

/** 64 KB, as much as getRandomValues gives at a time. */
const BUFFER_WORDS = 16_384;

/** The system's cryptographic generator: what real devices draw from, and the only source for masks and noise. */
export function systemRandom(): Random {
  return new SystemRandom();
}

class SystemRandom extends RandomSource {
  readonly #words = new Uint32Array(BUFFER_WORDS);
  #next = BUFFER_WORDS;

  override uint32(): number {
    if (this.#next === BUFFER_WORDS) {
      globalThis.crypto.getRandomValues(this.#words);
      this.#next = 0;
    }
    const word = this.#words[this.#next]!;
    this.#words[this.#next++] = 0;
    return word;
  }
}
