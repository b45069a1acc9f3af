/** See RandomKernels in ../twin/random.ts. */
export function nextUint32(state: usize): u32 {
  const s0 = load<u32>(state);
  const s1 = load<u32>(state, 4);
  const s2 = load<u32>(state, 8) ^ s0;
  const s3 = load<u32>(state, 12) ^ s1;
  store<u32>(state, s0 ^ s3);
  store<u32>(state, s1 ^ s2, 4);
  store<u32>(state, s2 ^ (s1 << 9), 8);
  store<u32>(state, rotl<u32>(s3, 11), 12);
  return rotl<u32>(s1 * 5, 7) * 9;
}

export function below(state: usize, bound: u32): u32 {
  let product = <u64>nextUint32(state) * bound;
  if (<u32>product < bound) {
    const refused: u32 = (<u32>0 - bound) % bound;
    while (<u32>product < refused) product = <u64>nextUint32(state) * bound;
  }
  return <u32>(product >> 32);
}
