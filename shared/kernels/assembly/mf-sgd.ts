import { below } from './random';

/** See MfSgdKernels in ../twin/mf-sgd.ts. */
export function drawSamples(
  slots: usize,
  catalogue: i32,
  base: i32,
  items: usize,
  bought: i32,
  rows: i32,
  negatives: i32,
  state: usize,
  samples: usize,
  standIns: usize,
): i32 {
  const others = catalogue - bought;
  const group = (<usize>(negatives + 1)) << 2;
  for (let row = 0; row < bought; row++) {
    store<i32>(samples + row * group, row);
    store<i32>(slots + ((<usize>load<i32>(items + ((<usize>row) << 2))) << 2), base + row);
  }
  let standIn = others;
  for (let row = 0; row < bought; row++) {
    if (load<i32>(items + ((<usize>row) << 2)) >= others) continue;
    while (<u32>(load<i32>(slots + ((<usize>standIn) << 2)) - base) < <u32>bought) standIn++;
    store<i32>(standIns + ((<usize>row) << 2), standIn++);
  }
  for (let last = bought - 1; last > 0; last--) {
    const one = samples + last * group;
    const other = samples + <usize>below(state, last + 1) * group;
    const kept = load<i32>(one);
    store<i32>(one, load<i32>(other));
    store<i32>(other, kept);
  }
  for (let k = 0; k < bought; k++) {
    const end = samples + group;
    for (samples += 4; samples < end; samples += 4) {
      let item = <i32>below(state, others);
      let row = load<i32>(slots + ((<usize>item) << 2)) - base;
      if (<u32>row < <u32>bought) {
        item = load<i32>(standIns + ((<usize>row) << 2));
        row = load<i32>(slots + ((<usize>item) << 2)) - base;
      }
      if (row < 0) {
        row = rows++;
        store<i32>(slots + ((<usize>item) << 2), base + row);
        store<i32>(items + ((<usize>row) << 2), item);
      }
      store<i32>(samples, row);
    }
  }
  return rows;
}

export function gatherRows(table: usize, width: i32, items: usize, from: i32, to: i32, rows: usize): void {
  let target = rows + ((<usize>from * width) << 2);
  for (let r = from; r < to; r++) {
    let source = table + ((<usize>load<i32>(items + ((<usize>r) << 2)) * width) << 2);
    let left = width;
    for (; left >= 16; left -= 16, source += 64, target += 64) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      v128.store(target, v128.load(source, 32), 32);
      v128.store(target, v128.load(source, 48), 48);
    }
    for (; left > 0; left--, source += 4, target += 4) store<f32>(target, load<f32>(source));
  }
}

export function subtractRows(table: usize, width: i32, items: usize, count: i32, rows: usize, kept: i32): void {
  let target = rows;
  for (let r = 0; r < count; r++) {
    let before = table + ((<usize>load<i32>(items + ((<usize>r) << 2)) * width) << 2);
    let after = rows + ((<usize>r * width) << 2);
    let left = kept;
    for (; left >= 16; left -= 16, before += 64, after += 64, target += 64) {
      v128.store(target, f32x4.sub(v128.load(after), v128.load(before)));
      v128.store(target, f32x4.sub(v128.load(after, 16), v128.load(before, 16)), 16);
      v128.store(target, f32x4.sub(v128.load(after, 32), v128.load(before, 32)), 32);
      v128.store(target, f32x4.sub(v128.load(after, 48), v128.load(before, 48)), 48);
    }
    for (; left > 0; left--, before += 4, after += 4, target += 4) {
      store<f32>(target, load<f32>(after) - load<f32>(before));
    }
  }
}

export function sgdEpoch(
  user: usize,
  stride: i32,
  vectors: usize,
  biases: usize,
  bought: i32,
  samples: usize,
  length: i32,
  learningRate: f32,
  regularisation: f32,
): void {
  if (length <= 0) return;
  const end = samples + ((<usize>length) << 2);
  const decay: f32 = 1 - learningRate * regularisation;
  if (stride === 32) epochOf32(user, vectors, biases, bought, samples, end, learningRate, decay);
  else epochOfAny(user, (<usize>stride) << 2, vectors, biases, bought, samples, end, learningRate, decay);
}

/** The user vector stays in eight registers. */
function epochOf32(
  user: usize,
  vectors: usize,
  biases: usize,
  bought: i32,
  sample: usize,
  end: usize,
  learningRate: f32,
  decay: f32,
): void {
  const decays = f32x4.splat(decay);
  let u0 = v128.load(user);
  let u1 = v128.load(user, 16);
  let u2 = v128.load(user, 32);
  let u3 = v128.load(user, 48);
  let u4 = v128.load(user, 64);
  let u5 = v128.load(user, 80);
  let u6 = v128.load(user, 96);
  let u7 = v128.load(user, 112);
  let row = load<i32>(sample);
  let v = vectors + ((<usize>row) << 7);
  let bias = biases + ((<usize>row) << 2);
  let score = Inline.dot32(u0, u1, u2, u3, u4, u5, u6, u7, v) + load<f32>(bias);
  for (; sample < end; sample += 4) {
    const nextRow = sample + 4 < end ? load<i32>(sample, 4) : row;
    const nextV = vectors + ((<usize>nextRow) << 7);
    const nextBias = biases + ((<usize>nextRow) << 2);
    const ahead: f32 = decay * Inline.dot32(u0, u1, u2, u3, u4, u5, u6, u7, nextV) + load<f32>(nextBias);
    const between = Inline.dot32(
      v128.load(v),
      v128.load(v, 16),
      v128.load(v, 32),
      v128.load(v, 48),
      v128.load(v, 64),
      v128.load(v, 80),
      v128.load(v, 96),
      v128.load(v, 112),
      nextV,
    );
    const step = Inline.step(score, row < bought, learningRate);
    const steps = f32x4.splat(step);
    u0 = Inline.moved(u0, v, steps, decays);
    u1 = Inline.moved(u1, v + 16, steps, decays);
    u2 = Inline.moved(u2, v + 32, steps, decays);
    u3 = Inline.moved(u3, v + 48, steps, decays);
    u4 = Inline.moved(u4, v + 64, steps, decays);
    u5 = Inline.moved(u5, v + 80, steps, decays);
    u6 = Inline.moved(u6, v + 96, steps, decays);
    u7 = Inline.moved(u7, v + 112, steps, decays);
    store<f32>(bias, load<f32>(bias) + step);
    score = ahead + step * between;
    if (nextRow === row) score = Inline.dot32(u0, u1, u2, u3, u4, u5, u6, u7, v) + load<f32>(bias);
    row = nextRow;
    v = nextV;
    bias = nextBias;
  }
  v128.store(user, u0);
  v128.store(user, u1, 16);
  v128.store(user, u2, 32);
  v128.store(user, u3, 48);
  v128.store(user, u4, 64);
  v128.store(user, u5, 80);
  v128.store(user, u6, 96);
  v128.store(user, u7, 112);
}

function epochOfAny(
  user: usize,
  bytes: usize,
  vectors: usize,
  biases: usize,
  bought: i32,
  sample: usize,
  end: usize,
  learningRate: f32,
  decay: f32,
): void {
  const decays = f32x4.splat(decay);
  let row = load<i32>(sample);
  let v = vectors + row * bytes;
  let bias = biases + ((<usize>row) << 2);
  let score = dot(user, v, bytes) + load<f32>(bias);
  for (; sample < end; sample += 4) {
    const nextRow = sample + 4 < end ? load<i32>(sample, 4) : row;
    const nextV = vectors + nextRow * bytes;
    const nextBias = biases + ((<usize>nextRow) << 2);
    const ahead: f32 = decay * dot(user, nextV, bytes) + load<f32>(nextBias);
    const between = dot(v, nextV, bytes);
    const step = Inline.step(score, row < bought, learningRate);
    const steps = f32x4.splat(step);
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(user + k, Inline.moved(v128.load(user + k), v + k, steps, decays));
    }
    store<f32>(bias, load<f32>(bias) + step);
    score = nextRow === row ? dot(user, v, bytes) + load<f32>(bias) : ahead + step * between;
    row = nextRow;
    v = nextV;
    bias = nextBias;
  }
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const rest = bytes & 63;
  for (const whole = a + (bytes - rest); a < whole; a += 64, b += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
  }
  if (rest > 0) s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
  if (rest > 16) s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
  if (rest > 32) s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
  return Inline.sumOfLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

/** A class only because the decorator that has functions inlined, so that vectors stay in registers, stands on methods. */
@final
class Inline {
  @inline
  static sumOfLanes(four: v128): f32 {
    const two = f32x4.add(four, i64x2.shuffle(four, four, 1, 1));
    return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
  }

  @inline
  static dot32(a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128, b: usize): f32 {
    const s0 = f32x4.add(f32x4.mul(a0, v128.load(b)), f32x4.mul(a4, v128.load(b, 64)));
    const s1 = f32x4.add(f32x4.mul(a1, v128.load(b, 16)), f32x4.mul(a5, v128.load(b, 80)));
    const s2 = f32x4.add(f32x4.mul(a2, v128.load(b, 32)), f32x4.mul(a6, v128.load(b, 96)));
    const s3 = f32x4.add(f32x4.mul(a3, v128.load(b, 48)), f32x4.mul(a7, v128.load(b, 112)));
    return Inline.sumOfLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }

  /** Moves four coordinates of an item, and returns those of the user moved along the item's from before. */
  @inline
  static moved(u: v128, at: usize, steps: v128, decays: v128): v128 {
    const v = v128.load(at);
    v128.store(at, f32x4.add(f32x4.mul(decays, v), f32x4.mul(steps, u)));
    return f32x4.add(f32x4.mul(decays, u), f32x4.mul(steps, v));
  }

  /** See `sigmoidStep` in the twin. */
  @inline
  static step(score: f32, positive: bool, learningRate: f32): f32 {
    if (score > 40) score = 40;
    if (score < -40) score = -40;
    const exponent: f32 = score * -Mathf.LOG2E;
    const shifted: f32 = exponent + 12582912;
    const r: f32 = exponent - (shifted - 12582912);
    const squared = r * r;
    const first: f32 = 1 + 0.69314694 * r;
    const second: f32 = 0.24022119 + 0.05550714 * r;
    const third: f32 = 0.00967561 + 0.0013276404 * r;
    const power: f32 = first + second * squared + third * (squared * squared);
    const scale = reinterpret<f32>((127 - reinterpret<i32>(shifted)) << 23);
    return learningRate * <f32>i32(positive) - (learningRate * scale) / (scale + power);
  }
}
