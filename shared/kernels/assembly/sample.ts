import { below } from './random';

/** See SampleKernels in ../twin/sample.ts. */
export function drawNegatives(marks: usize, size: i32, items: usize, bought: i32, count: i32, state: usize): void {
  const end = items + ((<usize>count) << 2);
  let at = items;
  for (const drawn = items + ((<usize>bought) << 2); at < drawn; at += 4) store<u8>(marks + load<i32>(at), 1);
  if (count === size) {
    for (let item = 0; at < end; item++) {
      if (load<u8>(marks + item)) continue;
      store<i32>(at, item);
      at += 4;
    }
  }
  while (at < end) {
    const item = below(state, size);
    if (load<u8>(marks + item)) continue;
    store<u8>(marks + item, 1);
    store<i32>(at, item);
    at += 4;
  }
  for (at = items; at < end; at += 4) store<u8>(marks + load<i32>(at), 0);
}
