import { expect, test } from 'vitest';
import { parseTraceSpec } from '../../../simulations/virtual-time/trace-spec.ts';
import type { DeviceTraces } from '../../../simulations/virtual-time/traces.ts';

const HOUR_MS = 3_600_000;
const idsOf = (count: number): string[] => Array.from({ length: count }, (_, device) => `device ${device}`);

/** The share of devices that are available at a moment. */
function shareAt({ fromMs, toMs, slowness }: DeviceTraces, atMs: number): number {
  return fromMs.reduce((sum, from, k) => sum + (from <= atMs && atMs < toMs[k]! ? 1 : 0), 0) / slowness.length;
}

/** P(N(0, 1) < x), by a Riemann sum. */
function normalBelow(x: number): number {
  let sum = 0;
  for (let at = -8; at < x; at += 0.001) sum += Math.exp((-at * at) / 2) * 0.001;
  return sum / Math.sqrt(2 * Math.PI);
}

test('nights: available from a bedtime around eleven, for so many hours, on so many nights', async () => {
  const traces = await parseTraceSpec('diurnal:days=3,nights=0.7,hours=6,sessions=0')(idsOf(20_000), 1);
  expect(traces.endMs).toBe(72 * HOUR_MS);
  // Of an interval that is not cut: begins ~ N(23, 1.5^2 + 0.5^2), lasts for N(6, 1.5) hours.
  const starts = Math.hypot(1.5, 0.5);
  const ends = Math.hypot(starts, 1.5);
  for (const hour of [45, 47, 48.5, 51, 53, 55, 60]) {
    const expected = 0.7 * (normalBelow((hour - 47) / starts) - normalBelow((hour - 53) / ends));
    expect(Math.abs(shareAt(traces, hour * HOUR_MS) - expected)).toBeLessThan(0.015);
  }
  // The night that began before time does.
  expect(Math.abs(shareAt(traces, 3 * HOUR_MS) - shareAt(traces, 27 * HOUR_MS))).toBeLessThan(0.02);
});

test('sessions: as many as are asked for, at any time, of lognormal length', async () => {
  const traces = await parseTraceSpec('diurnal:days=10,nights=0,sessions=1.5')(idsOf(4_000), 1);
  const hours = [...traces.fromMs].map((from, k) => (traces.toMs[k]! - from) / HOUR_MS).sort((a, b) => a - b);
  // Few of them overlap.
  expect(hours.length / 4_000 / 10).toBeGreaterThan(1.35);
  expect(hours.length / 4_000 / 10).toBeLessThan(1.5);
  expect(Math.abs(hours[Math.floor(hours.length / 2)]! / 0.75 - 1)).toBeLessThan(0.1);
  // Poisson arrivals: P(someone is here) = 1 - exp(-rate x mean length), the mean of a lognormal being exp(1/2) medians.
  const expected = 1 - Math.exp((-1.5 / 24) * 0.75 * Math.exp(0.5));
  for (const hour of [100, 123.4, 200]) {
    expect(Math.abs(shareAt(traces, hour * HOUR_MS) - expected)).toBeLessThan(0.02);
  }
});

test('slowness is lognormal, and all else as it is said', async () => {
  const traces = await parseTraceSpec('always:slowness=3,spread=0.5,dropout=0.125,days=0.5')(idsOf(20_000), 7);
  const logs = [...traces.slowness].map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
  expect(Math.abs(mean - Math.log(3))).toBeLessThan(0.015);
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.01);
  expect(traces.dropout).toBe(0.125);
  expect([traces.fromMs.length, ...new Set(traces.fromMs), ...new Set(traces.toMs)]).toEqual([20_000, 0, 12 * HOUR_MS]);
});

test('a device has the same trace whoever else there is, and another one with another seed', async () => {
  const source = parseTraceSpec('diurnal');
  const [few, many, other] = await Promise.all([source(['b'], 5), source(['a', 'b', 'c'], 5), source(['b'], 6)]);
  const [from, to] = [many.offsets[1]!, many.offsets[2]!];
  expect(few.fromMs).toEqual(many.fromMs.slice(from, to));
  expect(few.toMs).toEqual(many.toMs.slice(from, to));
  expect(few.slowness[0]).toBe(many.slowness[1]);
  expect(few.slowness[0]).not.toBe(other.slowness[0]);
});

test.each([
  ['diurnal:night=1', /night/],
  ['diurnal:nights=2', /nights/],
  ['always:days=x', /days/],
  ['always:days=50', /days/],
  ['always:days', /"days" does not fit/],
  ['always:days=1,days=2', /once/],
  ['always:nights=1', /nights/],
])('%s is refused', (spec, says) => {
  expect(() => parseTraceSpec(spec)).toThrow(says);
});
