import { describe, expect, it } from 'vitest';
import { parseWorldSpec, WORLD_PRESETS } from '../../../../simulations/data/synthetic/world-spec.ts';

describe('parseWorldSpec', () => {
  it('takes presets, sizes, and sizes on top of a preset', () => {
    expect(parseWorldSpec('')).toEqual({ ...WORLD_PRESETS.standard, seed: 1 });
    expect(parseWorldSpec('tiny')).toEqual({ ...WORLD_PRESETS.tiny, seed: 1 });
    expect(parseWorldSpec('users=1000000,items=20000')).toEqual({
      users: 1e6,
      items: 20_000,
      purchases: 50,
      seed: 1,
    });
    expect(parseWorldSpec('small, purchases=9,seed=8')).toEqual({ users: 500, items: 300, purchases: 9, seed: 8 });
  });

  it.each([
    ['huge', /no synthetic world "huge". Give one of tiny, small/],
    ['constructor', /no synthetic world/],
    ['users=10,tiny', /"tiny" does not size/],
    ['shops=3', /"shops=3" does not size.*users=N, items=N, purchases=N, seed=N/],
    ['users=1=2', /does not size/],
    ['users=10,users=20', /users is given twice/],
    ['users=0', /users is "0". Give a whole number from 1/],
    ['items=9', /items is "9"/],
    ['items=1e5', /items is "1e5"/],
    ['purchases=-5', /purchases is "-5"/],
    ['users=', /users is ""/],
    ['users=10000000,purchases=50', /are more than/],
    ['tiny,', /"" does not size/],
  ])('refuses %j', (text, message) => {
    expect(() => parseWorldSpec(text)).toThrow(
      expect.objectContaining({ code: 'settings', message: expect.stringMatching(message) }),
    );
  });
});
