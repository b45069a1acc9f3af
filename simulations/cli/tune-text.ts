import { runsText } from '../tune/runs.ts';
import { deltaText, figureText } from './account-figures.ts';
import { unitLines } from './account-statement.ts';
import { countText, figureTable } from './table.ts';
import type { PrivateAnswer, PublicAnswer } from './tune-answer.ts';

export function publicText({ data, seeds, candidates, failed, best, command }: PublicAnswer): string {
  const noised = candidates.some(({ epsilon }) => epsilon !== null);
  const rows = candidates.map(candidate => [
    settingsText(candidate),
    candidate['hr@10'].toFixed(4),
    candidate['ndcg@10'].toFixed(4),
    ...(noised ? [figureText(candidate.epsilon)] : []),
  ]);
  return [
    `public tuning on ${data.name} (${countText(data.users)} users, ${countText(data.items)} items), seeds ${seeds.join(', ')}; judged by the item before the one for testing`,
    figureTable(['', 'HR@10', 'NDCG@10', ...(noised ? ['epsilon there'] : [])], rows),
    ...failed.map(one => `${settingsText(one)} failed: ${one.error.message}`),
    best === null ? 'no candidate could be tried' : `best: ${settingsText(best)}`,
    'cost: none; the private data were not read, so the choice tells nothing of them',
    ...(command === null ? [] : [`next: ${command}`]),
  ].join('\n');
}

export function privateText({ data, candidates, best, privacy }: PrivateAnswer): string {
  const { epsilon, delta, adjacency, expectedRuns, runs, run, score, seed } = privacy;
  const many = `${Number(expectedRuns.toPrecision(4))}`;
  const [unit, relation] = unitLines(adjacency) as [string, string];
  return [
    `private selection on ${data.name} (${countText(data.users)} users, ${countText(data.items)} items) out of ${candidates.length} candidates; judged by the item before the one for testing`,
    ...(best === null
      ? ['no run was drawn, so nothing was chosen; the cost stands']
      : [
          `best: ${settingsText(best)}, noise multiplier ${figureText(best.noiseMultiplier)}`,
          `score: ${(100 * best.score).toFixed(1)} % of users with a hit among 10; its noise has a deviation of ${((100 * score.deviation) / data.users).toFixed(1)} %, and the best of several scores is high by luck too`,
          best.modelHash === null ? 'this run diverged: it has no model' : `model: ${best.modelHash}`,
        ]),
    `cost: epsilon ${figureText(epsilon)} at delta ${deltaText(delta)}, by rdp, for all of this, the model included`,
    `  ${many} runs in the mean (${runsText(runs)}); how many there were stays unknown, and nothing of the others was kept`,
    `  one run alone: epsilon ${figureText(run.epsilon)}, of which its score would be ${figureText(score.epsilon)} (noise of ${Number(score.deviation.toPrecision(4))} users)`,
    `  ${unit}`,
    `  ${relation}`,
    'a further run with these settings costs its own epsilon on top',
    `noise: from a generator for simulations, seeded with ${seed === null ? 'secrets that nobody kept' : `${seed}, so that this can be repeated and the runs counted`}: fit for studies, not for publishing the model`,
  ].join('\n');
}

function settingsText({
  learner,
  settings,
}: PublicAnswer['candidates'][number] | { learner: string; settings: object }): string {
  const own = `${learner}.`;
  const parts = Object.entries(settings).map(
    ([name, value]) => `${name.startsWith(own) ? name.slice(own.length) : name} ${String(value)}`,
  );
  return [learner, ...parts].join(', ');
}
