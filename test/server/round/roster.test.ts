import { expect, test } from 'vitest';
import { Roster } from '../../../server/round/roster.ts';

// Three chunks and a part of one.
const DEVICES = Array.from({ length: 400 }, (_, index) => `device ${index}`);

test('a device listed twice is asked once', () => {
  const roster = Roster.of(['b', 'a', 'b']);
  expect(roster.devices).toEqual(['b', 'a']);
  expect(roster.tally.pending).toBe(2);
});

test('settling a device changes that one alone, and leaves the roster before as it was', () => {
  const before = Roster.of(DEVICES);
  for (const [index, device] of DEVICES.entries()) {
    const after = before.settle(device, 'declined');
    expect(after.standing(device)).toBe('declined');
    expect(after.pending()).toEqual(DEVICES.toSpliced(index, 1));
    expect(before.standing(device)).toBe('pending');
  }
  expect(before.tally).toEqual({ pending: 400, counted: 0, declined: 0, left: 0, refused: 0 });
});

test('the tally counts each standing', () => {
  let roster = Roster.of(DEVICES);
  for (const [index, device] of DEVICES.slice(0, 390).entries()) {
    roster = roster.settle(device, index % 3 === 0 ? 'counted' : index % 3 === 1 ? 'left' : 'refused');
  }
  expect(roster.tally).toEqual({ pending: 10, counted: 130, declined: 0, left: 130, refused: 130 });
  expect(roster.pending()).toEqual(DEVICES.slice(390));
  expect(roster.standing('nobody')).toBeUndefined();
});
