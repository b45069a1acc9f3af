/** What each check of a sampler may wrongly say at most, were the sampler perfect. */
export const FALSE_ALARM = 1e-6;

/** A distribution on the integers to hold samples against. */
export interface IntegerDistribution {
  readonly mean: number;
  readonly deviation: number;
  /** Fourth central moment / deviation^4. */
  readonly kurtosis: number;
  /** P(X <= x) at integers. */
  cdf(x: number): number;
}

/** From a probability mass function, up to a constant, that is summed over [from, to]; what lies outside must not matter. */
export function distributionOf(mass: (x: number) => number, from: number, to: number): IntegerDistribution {
  const cumulative = new Float64Array(to - from + 1);
  let total = 0;
  for (let x = from; x <= to; x++) {
    total += mass(x);
    cumulative[x - from] = total;
  }
  const moment = (order: number, center: number): number => {
    let sum = 0;
    for (let x = from; x <= to; x++) sum += ((x - center) ** order * mass(x)) / total;
    return sum;
  };
  const mean = moment(1, 0);
  const variance = moment(2, mean);
  return {
    mean,
    deviation: Math.sqrt(variance),
    kurtosis: moment(4, mean) / variance ** 2,
    cdf: x => (x < from ? 0 : cumulative[Math.min(x, to) - from]! / total),
  };
}

/**
 * The names of the checks that the samples fail, each of which a perfect sampler fails once in a million times:
 * mean and variance; shape, by chi squared over quantiles, out into the tails as far as the samples reach; bits, the
 * places below the deviation uniform and independent of each other; neighbours, independent of each other.
 */
export function flawsOf(samples: Float64Array, distribution: IntegerDistribution): string[] {
  const checks: Record<string, number> = {
    mean: meanP(samples, distribution),
    variance: varianceP(samples, distribution),
    shape: shapeP(samples, distribution),
    bits: bitsP(samples, distribution),
    neighbours: neighboursP(samples, distribution),
  };
  return Object.keys(checks).filter(name => !(checks[name]! >= FALSE_ALARM));
}

function meanP(samples: Float64Array, { mean, deviation }: IntegerDistribution): number {
  const sum = samples.reduce((total, x) => total + (x - mean) / deviation, 0);
  return chiSquareTail(sum ** 2 / samples.length, 1);
}

function varianceP(samples: Float64Array, { mean, deviation, kurtosis }: IntegerDistribution): number {
  const squares = samples.reduce((total, x) => total + ((x - mean) / deviation) ** 2, 0);
  return chiSquareTail((squares - samples.length) ** 2 / (samples.length * (kurtosis - 1)), 1);
}

function shapeP(samples: Float64Array, distribution: IntegerDistribution): number {
  const cells = cellsOf(distribution, 200, samples.length);
  const observed = new Float64Array(cells.probabilities.length);
  for (const x of samples) observed[cells.of(x)]!++;
  return chiSquareP(observed, cells.probabilities, samples.length);
}

/** Pairs of neighbours in a table of eight by eight quantiles. */
function neighboursP(samples: Float64Array, distribution: IntegerDistribution): number {
  const cells = cellsOf(distribution, 8, samples.length, false);
  const { probabilities } = cells;
  const count = probabilities.length;
  const observed = new Float64Array(count * count);
  const pairs = Math.floor(samples.length / 2);
  for (let k = 0; k < pairs; k++) observed[cells.of(samples[2 * k]!) * count + cells.of(samples[2 * k + 1]!)]!++;
  const expected = observed.map((_, cell) => probabilities[Math.floor(cell / count)]! * probabilities[cell % count]!);
  return chiSquareP(observed, expected, pairs);
}

/** The four lowest bits, and each four further ones that are below a sixteenth of the deviation: the least p, corrected. */
function bitsP(samples: Float64Array, { deviation }: IntegerDistribution): number {
  const places: number[] = [];
  for (let unit = 1; unit * 16 <= deviation / 2; unit *= 16) places.push(unit);
  const ps = places.map(unit => {
    const observed = new Float64Array(16);
    for (const x of samples) observed[mod(Math.floor(x / unit), 16)]!++;
    return chiSquareP(observed, new Float64Array(16).fill(1 / 16), samples.length);
  });
  return Math.min(1, ...ps.map(p => p * ps.length));
}

function mod(x: number, m: number): number {
  return ((x % m) + m) % m;
}

interface Cells {
  readonly probabilities: Float64Array;
  of(x: number): number;
}

/** Intervals of integers, about equally probable and, with tails, ever rarer outward while ten samples are expected. */
function cellsOf(distribution: IntegerDistribution, count: number, samples: number, tails = true): Cells {
  const levels = Array.from({ length: count - 1 }, (_, k) => (k + 1) / count);
  const rarest = tails ? 20 / samples : 1;
  for (let level = 1 / (2 * count); level > rarest; level /= 2) levels.push(level, 1 - level);
  const uppers = [...new Set(levels.map(level => quantile(distribution, level)))].sort((a, b) => a - b);
  // Cells in which too few samples are expected for chi squared join the one before.
  const kept: number[] = [];
  let below = 0;
  for (const upper of uppers) {
    const here = distribution.cdf(upper);
    if ((here - below) * samples < 10 || (1 - here) * samples < 10) continue;
    kept.push(upper);
    below = here;
  }
  const edges = kept.map(upper => distribution.cdf(upper));
  const probabilities = Float64Array.from([...edges, 1], (edge, k) => edge - (edges[k - 1] ?? 0));
  return {
    probabilities,
    of(x) {
      let [low, high] = [0, kept.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (x <= kept[middle]!) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

/** The least integer whose cdf reaches the level. */
function quantile(distribution: IntegerDistribution, level: number): number {
  const { mean, deviation } = distribution;
  let low = Math.floor(mean - 40 * deviation) - 40;
  let high = Math.ceil(mean + 40 * deviation) + 40;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (distribution.cdf(middle) >= level) high = middle;
    else low = middle;
  }
  return high;
}

function chiSquareP(observed: Float64Array, probabilities: Float64Array, samples: number): number {
  let statistic = 0;
  for (let cell = 0; cell < observed.length; cell++) {
    const expected = probabilities[cell]! * samples;
    statistic += (observed[cell]! - expected) ** 2 / expected;
  }
  return observed.length < 2 ? 1 : chiSquareTail(statistic, observed.length - 1);
}

/** P(chi squared with so many degrees of freedom > x): the finite sums for whole and for half-odd shapes. */
export function chiSquareTail(x: number, degrees: number): number {
  const half = x / 2;
  let term = degrees % 2 === 0 ? Math.exp(-half) : Math.sqrt(half / Math.PI) * 2 * Math.exp(-half);
  let tail = degrees % 2 === 0 ? term : erfc(Math.sqrt(half));
  const start = degrees % 2 === 0 ? 1 : 1.5;
  if (degrees > 2 && degrees % 2 === 1) tail += term;
  for (let shape = start; shape < degrees / 2 - 0.5; shape++) {
    term *= half / shape;
    tail += term;
  }
  return tail;
}

/** By the trapezoid rule on its integral form, to about 1e-13 relative. */
function erfc(z: number): number {
  if (z < 0.5) {
    let term = z;
    let sum = z;
    for (let k = 1; k < 40; k++) {
      term *= (-z * z) / k;
      sum += term / (2 * k + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = k / 2 / (z + fraction);
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction);
}
