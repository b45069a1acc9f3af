import { afterEach, expect, test, vi } from 'vitest';
import { systemClock, VirtualClock } from '../../server/clock.ts';

afterEach(() => vi.useRealTimers());

test('virtual time runs timers in the order of time, then of setting', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`);
  clock.setTimer(20, note('late'));
  clock.setTimer(10, note('first'));
  const cancel = clock.setTimer(10, note('cancelled'));
  clock.setTimer(10, note('second'));
  clock.setTimer(15, () => clock.setTimer(5, note('past')));
  cancel();
  clock.advance(10);
  expect(ran).toEqual(['first at 10', 'second at 10']);
  clock.advance(6);
  expect(ran.slice(2)).toEqual(['past at 15']);
  expect(clock.now()).toBe(16);
  expect(clock.nextAtMs).toBe(20);
  expect(clock.runNext()).toBe(true);
  expect(clock.nextAtMs).toBe(Infinity);
  expect(clock.runNext()).toBe(false);
  expect(ran.slice(3)).toEqual(['late at 20']);
});

test('the system clock is steady when the time of day is not', () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const before = systemClock.now();
  vi.setSystemTime(0);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});

test('a system timer never runs early, however its timeout is rounded, nor after it is cancelled', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let early = 0;
  const now = vi.spyOn(systemClock, 'now').mockImplementation(() => performance.now() - early);
  const ran = vi.fn<() => void>();
  systemClock.setTimer(100, ran);
  early = 0.4;
  vi.advanceTimersByTime(100);
  expect(ran).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ran).toHaveBeenCalledTimes(1);
  const cancelled = vi.fn<() => void>();
  systemClock.setTimer(200, cancelled)();
  vi.advanceTimersByTime(1000);
  expect(cancelled).not.toHaveBeenCalled();
  now.mockRestore();
});

test('a system timer further away than a timeout can be still waits', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const now = vi.spyOn(systemClock, 'now').mockImplementation(() => performance.now());
  const ran = vi.fn<() => void>();
  const thirtyDays = 30 * 24 * 3600 * 1000;
  systemClock.setTimer(performance.now() + thirtyDays, ran);
  vi.advanceTimersByTime(thirtyDays - 1);
  expect(ran).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ran).toHaveBeenCalledTimes(1);
  now.mockRestore();
});
