import { runsText } from '../tune/runs.ts';
import type { AccountAnswer } from './account-answer.ts';
import type { Bounds } from './account-bounds.ts';
import { counted, deltaText, figureText, settingText } from './account-figures.ts';
import type { Sampling } from './account-sampling.ts';
import type { Selection } from './account-selection.ts';
import { unitLines } from './account-statement.ts';
import { countText, figureTable } from './table.ts';

/** What `larder account` prints. */
export function answerText(answer: AccountAnswer): string {
  const { adjacency, assumptions } = answer;
  return [
    heading(answer),
    ...boundsLines(answer, answer.delta),
    ...unitLines(adjacency),
    ...assumptions.map(sentence => `assumed: ${sentence}`),
  ].join('\n');
}

/** A table of what each accountant says, the bound that holds, and why some say nothing. */
export function boundsLines({ epsilon, accountant, accountants }: Bounds, delta: number): string[] {
  const verdicts = Object.entries(accountants);
  const calibrated = verdicts.some(([, verdict]) => 'noiseMultiplier' in verdict);
  const rows = verdicts.map(([name, verdict]) => {
    if ('unsupported' in verdict) return [name, '-', ...(calibrated ? ['-'] : [])];
    const noise = calibrated ? [figureText(verdict.noiseMultiplier ?? null)] : [];
    return [name, ...noise, figureText(verdict.epsilon)];
  });
  const total =
    epsilon === null
      ? `no finite epsilon is known at delta ${deltaText(delta)}: add noise, or allow a larger delta`
      : `epsilon ${figureText(epsilon)} at delta ${deltaText(delta)}, by ${accountant}`;
  const silent = verdicts.flatMap(([name, verdict]) =>
    'unsupported' in verdict ? `${name} says nothing: ${verdict.unsupported}` : [],
  );
  const head = ['accountant', ...(calibrated ? ['noise multiplier'] : []), 'epsilon'];
  return [figureTable(head, rows), total, ...silent];
}

function heading({ mechanism, noiseMultiplier, figures, sampling, steps, selection, delta }: AccountAnswer): string {
  const own = Object.entries(figures).map(([name, value]) => `${words(name)} ${settingText(value)}`);
  const noise = noiseMultiplier === null ? [] : [`noise multiplier ${Number(figureText(noiseMultiplier))}`];
  return [
    mechanism,
    ...noise,
    ...own,
    samplingText(sampling),
    counted(steps, 'step'),
    ...(selection === undefined ? [] : [selectionText(selection)]),
    `delta ${deltaText(delta)}`,
  ].join(', ');
}

function selectionText({ expectedRuns, runs, scoreDeviation }: Selection): string {
  const score = scoreDeviation === undefined ? '' : ` by a score with noise of ${settingText(scoreDeviation)} users`;
  return `the best of ${settingText(expectedRuns)} runs in the mean (${runsText(runs)})${score}`;
}

function samplingText({ scheme, rate, population, cohort, cap }: Sampling): string {
  if (scheme === 'none') return 'no sampling';
  if (scheme === 'without-replacement')
    return `${countText(cohort!)} of ${countText(population!)} users without replacement`;
  const capped = cap === undefined ? '' : ` with at most ${countText(cap)} of ${countText(population!)} users`;
  return `Poisson sampling at rate ${settingText(rate!)}${capped}`;
}

/** `minSeparation` reads `min separation`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}
