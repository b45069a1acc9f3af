import { expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { Availability } from '../../../simulations/virtual-time/availability.ts';
import { availableUntil, intervalsOf } from '../../../simulations/virtual-time/traces.ts';

const DEVICES = 9;
/** Beyond 16 bits, so that both halves of a time sort. */
const UNIT_MS = 30_011;
const END = 40;

/** Random rows, some of them outside of 0 to the end, and which devices they say are available in each unit of time. */
function randomTraces(seed: number) {
  const random = seededRandom(seed, 'traces');
  const rows = Array.from({ length: 40 }, () => {
    const from = random.below(END + 10) - 5;
    return { device: random.below(DEVICES), from, to: from + 1 + random.below(8) };
  });
  const available = Array.from({ length: END }, (_, unit) =>
    Array.from({ length: DEVICES }, (_, device) =>
      rows.some(row => row.device === device && row.from <= unit && unit < row.to),
    ),
  );
  const intervals = intervalsOf(
    DEVICES,
    {
      devices: Int32Array.from(rows, ({ device }) => device),
      fromMs: Float64Array.from(rows, ({ from }) => from * UNIT_MS),
      toMs: Float64Array.from(rows, ({ to }) => to * UNIT_MS),
    },
    END * UNIT_MS,
  );
  return { available, intervals };
}

test.each([1, 2, 3, 4])('intervals that overlap or touch are one, and are cut to the time there is (seed %i)', seed => {
  const { available, intervals } = randomTraces(seed);
  for (let device = 0; device < DEVICES; device++) {
    for (let k = intervals.offsets[device]!; k < intervals.offsets[device + 1]!; k++) {
      expect(intervals.fromMs[k]!).toBeLessThan(intervals.toMs[k]!);
      if (k > intervals.offsets[device]!) expect(intervals.toMs[k - 1]!).toBeLessThan(intervals.fromMs[k]!);
    }
    for (let unit = 0; unit < END; unit++) {
      let end = unit;
      while (end < END && available[end]![device]) end++;
      const until = end === unit ? undefined : end * UNIT_MS;
      expect(availableUntil(intervals, device, unit * UNIT_MS)).toBe(until);
      expect(availableUntil(intervals, device, (unit + 1) * UNIT_MS - 1)).toBe(until);
    }
  }
});

test.each([1, 2, 3, 4])('who is ready follows the traces and who is busy (seed %i)', seed => {
  const { available, intervals } = randomTraces(seed);
  const random = seededRandom(seed, 'busy');
  const availability = new Availability(intervals);
  const busy = new Set<number>();
  let unit = 0;
  for (; unit < END; unit += 1 + random.below(3)) {
    const nowMs = unit * UNIT_MS + random.below(UNIT_MS);
    // Before time is let pass as well as after.
    for (const late of [false, true]) {
      if (late) availability.advance(nowMs);
      const device = random.below(DEVICES);
      const works = random.below(2) === 0;
      availability.setBusy(device, works);
      if (works) busy.add(device);
      else busy.delete(device);
    }
    const expected = [...Array(DEVICES).keys()].filter(device => available[unit]![device] && !busy.has(device));
    const { ready } = availability;
    expect(Array.from({ length: ready.size }, (_, rank) => ready.at(rank))).toEqual(expected);
    expect(availability.nextMs).toBe(
      Math.min(...[...intervals.fromMs, ...intervals.toMs].filter(ms => ms > nowMs), Infinity),
    );
  }
});
