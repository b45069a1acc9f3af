import { SingleBar } from 'cli-progress';
import type { ProgressStep } from '../simulate/hooks.ts';

/**
 * Progress on stderr, one bar a label: drawn over and over on a terminal; a plain line every few seconds elsewhere, so
 * that a log stays readable.
 */
export class Progress {
  #label = '';
  #bar: SingleBar | undefined;

  update({ label, done, total, detail = '' }: ProgressStep): void {
    if (label !== this.#label) this.#start(label, total);
    this.#bar?.update(done, { detail });
  }

  /** A line of its own, above the bar. */
  notice(sentence: string): void {
    this.end();
    process.stderr.write(`${sentence}\n`);
  }

  /** Ends the line of the current label. */
  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#label = '';
  }

  #start(label: string, total: number): void {
    this.end();
    this.#label = label;
    if (total === 0) {
      process.stderr.write(`${label}\n`);
      return;
    }
    this.#bar = new SingleBar({
      format: `${label.padEnd(10)} {bar} {percentage} %  {eta_formatted} left  {detail}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      fps: 10,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      stream: process.stderr,
    });
    this.#bar.start(total, 0, { detail: '' });
  }
}
