import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTraceSpec } from '../../../simulations/virtual-time/trace-spec.ts';
import { TraceError } from '../../../simulations/virtual-time/traces.ts';
import { temporaryFolder } from '../../support/cli.ts';

const read = (lines: readonly string[], devices = ['a', 'b, the second', 'c']) => {
  const path = join(temporaryFolder(), 'traces.csv');
  writeFileSync(path, lines.join('\n'));
  return parseTraceSpec(path)(devices, 1);
};

test('rows in any order, times in seconds, and nobody drops out', async () => {
  const traces = await read([
    'slowness;from;to;device',
    '0.5;10;20.25;"b, the second"',
    '3;0;7;a',
    '0.5;1;2;"b, the second"',
    '3;7;9;a',
  ]);
  expect(traces).toEqual({
    endMs: 20_250,
    offsets: Int32Array.of(0, 1, 3, 3),
    fromMs: Uint32Array.of(0, 1_000, 10_000),
    toMs: Uint32Array.of(9_000, 2_000, 20_250),
    slowness: Float32Array.of(3, 0.5, 0),
    dropout: 0,
  });
});

test('without a slowness all devices are as fast as the reference', async () => {
  const { slowness } = await read(['device,from,to', 'c,0,1', 'c,3,4']);
  expect(slowness[2]).toBe(1);
});

test.each([
  ['device,from', /the first line names "device", "from"/],
  ['device,from,to\n', /holds no intervals/],
  ['device,from,to\na,0,1\nx,0,1', /line 3: the data set has no device "x"/],
  ['device,from,to\na,0', /line 2: 2 fields where 3 belong/],
  ['device,from,to\n,0,1', /line 2: the device is empty/],
  ['device,from,to\na,-1,1', /line 2: "-1" is not a time in seconds from 0/],
  ['device,from,to\na,0,1\na,2,2', /line 3: "2" is not a time in seconds after/],
  ['device,from,to\na,0,soon', /line 2: "soon" is not/],
  ['device,from,to\na,0,5000000', /line 2: "5000000" is not a time in the first 4233600 seconds/],
  ['device,from,to,slowness\na,0,1,0', /line 2: "0" is not a factor above 0/],
  ['device,from,to,slowness\na,0,1,1.1\na,2,3,1.2', /line 3: device "a" has another slowness above/],
])('%j is refused', async (text, says) => {
  await expect(read(text.split('\n'))).rejects.toThrow(TraceError);
  await expect(read(text.split('\n'))).rejects.toThrow(says);
});
