import type { SimulateHooks } from '../simulate/hooks.ts';
import type { Answer, Request } from './job-process.ts';
import { Workbench } from './workbench.ts';

/**
 * A process that does jobs for its parent, which ends it by ending the channel or by killing it. The threads that help a
 * run, if any are told, are its argument.
 */
const [threads] = process.argv.slice(2).map(Number);
const bench = new Workbench(threads);
const send = (answer: Answer): void => void process.send!(answer);
const hooks: SimulateHooks = {
  signal: new AbortController().signal,
  progress: () => {},
  notice: sentence => send({ type: 'notice', sentence }),
};

const answerTo = async (request: Request): Promise<Answer> =>
  request.type === 'describe'
    ? { type: 'described', found: await bench.describe(request.data, hooks) }
    : { type: 'ended', outcome: await bench.run(request.job, hooks) };

process.on('message', (request: Request) => void answerTo(request).then(send));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: what becomes of this one is the parent's to say.
process.on('SIGINT', () => {});
