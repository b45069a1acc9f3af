/** The first size / 2 + 1 coefficients of a real vector's discrete Fourier transform; the others are their conjugates. */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The discrete Fourier transform of real vectors whose size is a power of two, at least 4: radix 2 on the complex
 * vector of half the size. Each coefficient is off by at most `roundoff` times the sum of the magnitudes put in.
 */
export class RealFft {
  readonly size: number;
  /** Higham 2002, Accuracy and Stability of Numerical Algorithms, theorem 24.2, with one step more for the packing. */
  readonly roundoff: number;
  /** cos and -sin of 2 pi k / size for k < size / 2. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.roundoff = 4 * Number.EPSILON * (Math.log2(size) + 1);
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  }

  forward(values: Float64Array): Spectrum {
    const half = this.size / 2;
    const even = new Float64Array(half);
    const odd = new Float64Array(half);
    for (let k = 0; k < half; k++) {
      even[k] = values[2 * k]!;
      odd[k] = values[2 * k + 1]!;
    }
    this.#transform(even, odd);
    const real = new Float64Array(half + 1);
    const imaginary = new Float64Array(half + 1);
    for (let k = 0; k < half; k++) {
      const mirror = (half - k) % half;
      const evenReal = (even[k]! + even[mirror]!) / 2;
      const evenImaginary = (odd[k]! - odd[mirror]!) / 2;
      const oddReal = (odd[k]! + odd[mirror]!) / 2;
      const oddImaginary = (even[mirror]! - even[k]!) / 2;
      real[k] = evenReal + this.#cos[k]! * oddReal - this.#sin[k]! * oddImaginary;
      imaginary[k] = evenImaginary + this.#cos[k]! * oddImaginary + this.#sin[k]! * oddReal;
    }
    real[half] = even[0]! - odd[0]!;
    return { real, imaginary };
  }

  inverse({ real, imaginary }: Spectrum): Float64Array {
    const half = this.size / 2;
    const even = new Float64Array(half);
    const odd = new Float64Array(half);
    for (let k = 0; k < half; k++) {
      const mirror = half - k;
      const differenceReal = (real[k]! - real[mirror]!) / 2;
      const differenceImaginary = (imaginary[k]! + imaginary[mirror]!) / 2;
      const oddReal = this.#cos[k]! * differenceReal + this.#sin[k]! * differenceImaginary;
      const oddImaginary = this.#cos[k]! * differenceImaginary - this.#sin[k]! * differenceReal;
      even[k] = (real[k]! + real[mirror]!) / 2 - oddImaginary;
      odd[k] = (imaginary[k]! - imaginary[mirror]!) / 2 + oddReal;
    }
    // Real and imaginary part change places: the transform backwards, without its scale.
    this.#transform(odd, even);
    const values = new Float64Array(this.size);
    for (let k = 0; k < half; k++) {
      values[2 * k] = even[k]! / half;
      values[2 * k + 1] = odd[k]! / half;
    }
    return values;
  }

  /** In place, of size / 2 complex numbers. */
  #transform(real: Float64Array, imaginary: Float64Array): void {
    const size = real.length;
    reverseBits(real);
    reverseBits(imaginary);
    for (let width = 1; width < size; width *= 2) {
      const stride = size / width;
      for (let block = 0; block < size; block += 2 * width) {
        for (let k = 0; k < width; k++) {
          const top = block + k;
          const bottom = top + width;
          const cos = this.#cos[k * stride]!;
          const sin = this.#sin[k * stride]!;
          const turnedReal = real[bottom]! * cos - imaginary[bottom]! * sin;
          const turnedImaginary = real[bottom]! * sin + imaginary[bottom]! * cos;
          real[bottom] = real[top]! - turnedReal;
          imaginary[bottom] = imaginary[top]! - turnedImaginary;
          real[top]! += turnedReal;
          imaginary[top]! += turnedImaginary;
        }
      }
    }
  }
}

/** Puts the element at each index where the index's binary digits, read backwards, point. */
function reverseBits(values: Float64Array): void {
  for (let k = 1, reversed = 0; k < values.length; k++) {
    let bit = values.length >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (k < reversed) {
      const held = values[k]!;
      values[k] = values[reversed]!;
      values[reversed] = held;
    }
  }
}
