import { parentPort, workerData } from 'node:worker_threads';
import { Accumulator } from '../../shared/aggregation/accumulator.ts';
import { Catalogue } from '../../shared/catalogue.ts';
import { LarderError, NumericalError } from '../../shared/errors.ts';
import { createLearner } from '../../shared/learners/index.ts';
import { invertSpdTogether } from '../../shared/linear-algebra/invert-spd.ts';
import { Model } from '../../shared/model.ts';
import { protectedLength } from '../../shared/privacy/protection.ts';
import { Population } from '../data/population.ts';
import { SharedIds } from '../data/shared-columns.ts';
import { rankHeldOut } from '../evaluation/evaluate.ts';
import { Split } from '../evaluation/split.ts';
import { VirtualDevices } from '../simulate/virtual-devices.ts';
import type { Answer, Job, SharedModel, WireError, WorkerStart } from './messages.ts';
import { SharedPortions } from './portions.ts';
import { ThreadTeam } from './team.ts';

const start = workerData as WorkerStart;
const { learner, catalogue: bytes, population, users, held, personal, seed } = start;
const catalogue = Catalogue.decode(bytes);
const train = new Population(population.offsets, population.purchases, population.distinct);
const split = new Split(train, new SharedIds(users), catalogue.size, held);
const created = createLearner(learner.name, learner.options, catalogue);
const devices = new VirtualDevices(created, train, split.users, seed, personal);
let latest: { readonly id: number; readonly model: Model } | undefined;

parentPort!.on('message', (job: Job) => {
  if (job.type === 'invert') invertPart(job);
  else parentPort!.postMessage(answerOf(job));
});
parentPort!.postMessage({ type: 'ready' } satisfies Answer);

function answerOf(job: Exclude<Job, { type: 'invert' }>): Answer {
  try {
    return job.type === 'train' ? trainPart(job) : rankPart(job);
  } catch (error) {
    new SharedPortions(0, job.portions).stop();
    return { type: 'failed', error: wireError(error) };
  }
}

function trainPart(job: Extract<Job, { type: 'train' }>): Answer {
  const portions = new SharedPortions(job.users.length, job.portions);
  const sum = new Accumulator(protectedLength(job.plan, job.protection));
  const task = { ...job, model: modelOf(job.model) };
  const declined: number[] = [];
  let reason: string | undefined;
  for (let portion = portions.next(); portion !== undefined; portion = portions.next()) {
    const part = devices.train(task, job.users.subarray(portion.from, portion.to), sum);
    portions.done(portion.to - portion.from);
    declined.push(...part.declined);
    reason ??= part.reason;
  }
  portions.alone(() => sum.addTo(job.totals));
  sum.release();
  return { type: 'done', declined, clipped: sum.clipped, ...(reason !== undefined && { reason }) };
}

function rankPart(job: Extract<Job, { type: 'rank' }>): Answer {
  const portions = new SharedPortions(job.users.length, job.portions);
  const scorer = devices.scorer(modelOf(job.model));
  const ranks = { ...job.ranks, users: job.users };
  for (let portion = portions.next(); portion !== undefined; portion = portions.next()) {
    rankHeldOut(scorer, split, seed, ranks, portion.from, portion.to);
    portions.done(portion.to - portion.from);
  }
  return { type: 'done', declined: [], clipped: 0 };
}

function invertPart({ matrix, order, team, answered }: Extract<Job, { type: 'invert' }>): void {
  const member = new ThreadTeam(team.rank, team.size, team.cells);
  let answer: Answer = { type: 'done', declined: [], clipped: 0 };
  try {
    invertSpdTogether(matrix, order, member);
  } catch (error) {
    // A matrix that cannot be inverted is found to be so by every member; else the others must not wait.
    if (!(error instanceof NumericalError)) member.leave();
    answer = { type: 'failed', error: wireError(error) };
  }
  start.blocking.postMessage(answer);
  Atomics.add(answered, 0, 1);
  Atomics.notify(answered, 0);
}

function modelOf({ id, specs, values }: SharedModel): Model {
  if (latest?.id !== id) latest = { id, model: new Model(specs, values) };
  return latest.model;
}

function wireError(error: unknown): WireError {
  if (error instanceof LarderError) return { code: error.code, message: error.message };
  return error instanceof Error ? { message: error.message, stack: error.stack ?? '' } : { message: String(error) };
}
