import { describe, expect, it } from 'vitest';
import { Saver } from '../../client/saver.ts';

/** A saver whose saves end when the test says so. */
function controlled(): { saver: Saver; started: () => number; end: (error?: Error) => Promise<void>; errors: Error[] } {
  const errors: Error[] = [];
  const saves: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const saver = new Saver(
    () => new Promise((resolve, reject) => saves.push({ resolve, reject })),
    error => errors.push(error),
  );
  const end = async (error?: Error): Promise<void> => {
    if (error === undefined) saves.at(-1)!.resolve();
    else saves.at(-1)!.reject(error);
    await new Promise(resolve => setImmediate(resolve));
  };
  return { saver, started: () => saves.length, end, errors };
}

describe('Saver', () => {
  it('saves one at a time, and what changed meanwhile once after it', async () => {
    const { saver, started, end } = controlled();
    saver.request();
    expect(started()).toBe(1);
    saver.request();
    saver.request();
    saver.request();
    expect(started()).toBe(1);
    await end();
    expect(started()).toBe(2);
    await end();
    expect(started()).toBe(2);
    saver.request();
    expect(started()).toBe(3);
  });

  it('flushes what was requested before, however often', async () => {
    const { saver, end } = controlled();
    await saver.flush();
    saver.request();
    saver.request();
    let flushed = false;
    const flushing = saver.flush().then(() => {
      flushed = true;
    });
    await end();
    expect(flushed).toBe(false);
    await end();
    await flushing;
  });

  it('reports a save that failed, and goes on', async () => {
    const { saver, started, end, errors } = controlled();
    saver.request();
    saver.request();
    const full = new Error('The disk is full.');
    await end(full);
    expect(errors).toEqual([full]);
    expect(started()).toBe(2);
    await end();
    await saver.flush();
  });
});
