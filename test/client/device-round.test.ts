import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../client/memory-store.ts';
import { SettingsError } from '../../shared/errors.ts';
import type { RoundPlan } from '../../shared/learners/learner.ts';
import { CLIPPED, type Protection } from '../../shared/privacy/protection.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import {
  catalogueBlob,
  expectedAnswer,
  initial,
  joined,
  model1,
  model2,
  modelBlob,
  nextModel,
  purchases,
  type Scene,
  SEED,
  scene,
  taskFor,
  told,
  train,
  welcome,
} from './support/scene.ts';

describe('a device in a round', () => {
  it('goes through the states of a round, and says so', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    expect(made.device.state).toBe('training');
    train(made);
    expect(made.device.state).toBe('reporting');
    made.socket.say({ type: 'receipt', round: 1, outcome: 'counted' });
    expect(made.device.state).toBe('waiting');
    const events = await told(made);
    expect(events.map(event => (event.type === 'state' ? event.to : event.type))).toEqual(
      'loading connecting greeting waiting joined training task reporting contribution waiting receipt'.split(' '),
    );
    expect(events).toContainEqual({ type: 'task', round: 1, model: model1.hash, length: 20 });
    expect(events).toContainEqual({ type: 'contribution', round: 1, length: 20 });
    expect(events).toContainEqual({ type: 'receipt', round: 1, outcome: 'counted' });
  });

  it('sends what the learner gives for its history, bounded, dense, little-endian', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    train(made);
    expect(made.socket.received).toEqual([
      { type: 'hello', protocol: PROTOCOL_VERSION, device: 'd-1', holds: [] },
      {
        type: 'contribution',
        round: 1,
        model: model1.hash,
        dtype: 'int32',
        shape: [20],
        data: expectedAnswer(1, initial.model),
      },
    ]);
  });

  it('trains on with the personal state of the round before', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    train(made);
    made.socket.say({ type: 'receipt', round: 1, outcome: 'counted' }, model2, taskFor(2, model2));
    train(made);
    const personal = new Float32Array(3);
    expectedAnswer(1, initial.model, personal);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, nextModel(), personal) });
  });

  it('uses purchases that are recorded between rounds', async () => {
    const made = await joined({}, new MemoryStore([]));
    await made.device.record(...purchases);
    made.socket.say(model1, taskFor(1));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(1, initial.model) });
  });

  it('drops its training and what it learnt when it is released meanwhile', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1), { type: 'released', round: 1, reason: 'enough' });
    train(made);
    expect(made.device.state).toBe('waiting');
    expect(made.socket.received).toHaveLength(1);
    expect(await told(made)).toContainEqual({ type: 'released', round: 1, reason: 'enough' });
    made.socket.say(taskFor(2));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, initial.model) });
  });

  it('sees a release that came while it computed, and sends nothing', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    made.clock.runNext();
    made.socket.say({ type: 'released', round: 1, reason: 'deadline' });
    train(made);
    expect(made.device.state).toBe('waiting');
    expect(made.socket.received).toHaveLength(1);
    made.socket.say(taskFor(2));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, initial.model) });
  });

  it('declines what it finished too late', async () => {
    const made: Scene = await joined({
      randomFor: () => {
        made.clock.advance(101);
        return seededRandom(SEED);
      },
    });
    made.socket.say(model1, taskFor(1, model1, {}, 100));
    made.clock.runNext();
    made.clock.runNext();
    expect(made.socket.received.at(-1)).toEqual({ type: 'decline', round: 1, reason: 'deadline' });
    expect(made.device.state).toBe('waiting');
  });

  it('counts for itself what it took part in, and declines what comes too soon, also after it was closed', async () => {
    const store = new MemoryStore(purchases);
    const made = await joined({}, store);
    const answerTo = async (scene: Scene, round: number, protection: Partial<Protection>): Promise<string> => {
      scene.socket.say(model1, { ...taskFor(round), protection: { ...CLIPPED, minSeparation: 3, ...protection } });
      train(scene);
      // Until the count is saved.
      await new Promise(setImmediate);
      const { type } = scene.socket.received.at(-1)!;
      scene.socket.say({ type: 'released', round, reason: 'enough' });
      return type;
    };
    expect(await answerTo(made, 1, { release: 4 })).toBe('contribution');
    expect(await answerTo(made, 2, { release: 6 })).toBe('decline');
    // Asked again for the release of an abandoned round: one sum at most holds it.
    expect(await answerTo(made, 3, { release: 4 })).toBe('contribution');
    // But with noise of its own each answer is a release.
    expect(await answerTo(made, 4, { release: 4, noiseSteps: 1e9 })).toBe('decline');
    await made.device.stop();
    const again = await joined({}, store);
    expect(await answerTo(again, 5, { release: 6 })).toBe('decline');
    expect(await answerTo(again, 6, { release: 3 })).toBe('decline');
    expect(await answerTo(again, 7, { release: 7 })).toBe('contribution');
  });

  it('sends nothing that it could not write down first, where its part is limited', async () => {
    const store = new MemoryStore(purchases);
    const made = await joined({}, store);
    store.saveProgress = () => Promise.reject(new Error('disk full'));
    made.socket.say(model1, { ...taskFor(1), protection: { ...CLIPPED, minSeparation: 3 } });
    train(made);
    await new Promise(setImmediate);
    expect(made.socket.received.at(-1)).toEqual({ type: 'decline', round: 1, reason: 'failed' });
  });

  it.each<[string, Partial<RoundPlan>]>([
    ['a longer vector than its limit', { length: 2 ** 24 + 1 }],
    ['a shorter vector than the learner has', { length: 19 }],
  ])('declines a plan that asks for %s, and takes the next one', async (_, changes) => {
    const made = await joined();
    made.socket.say(model1, taskFor(1, model1, changes));
    train(made);
    expect(made.socket.received.at(-1)).toEqual({ type: 'decline', round: 1, reason: 'failed' });
    const events = await told(made);
    expect(events).toContainEqual({ type: 'declined', round: 1, reason: 'failed' });
    expect(events.filter(event => event.type === 'error')).toHaveLength(1);
    made.socket.say(taskFor(2));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, initial.model) });
  });

  it('declines when training fails, and its personal state is as before', async () => {
    const broken = initial.model.clone();
    broken.values.fill(Number.NaN);
    const made = await joined();
    made.socket.say(modelBlob(broken), taskFor(1, modelBlob(broken)));
    train(made);
    expect(made.socket.received.at(-1)).toEqual({ type: 'decline', round: 1, reason: 'failed' });
    made.socket.say(model1, taskFor(2));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, initial.model) });
  });

  it('declines, and lives on, when it does not know the learner', async () => {
    const made = scene();
    await made.device.start();
    made.socket.open();
    made.socket.say(catalogueBlob, { ...welcome, learner: { name: 'oracle', options: {} } }, model1, taskFor(1));
    train(made);
    expect(made.socket.received.at(-1)).toEqual({ type: 'decline', round: 1, reason: 'failed' });
    expect((await told(made)).findLast(event => event.type === 'error')?.error).toBeInstanceOf(SettingsError);
    expect(made.device.state).toBe('waiting');
  });

  it('starts its personal state anew in another run', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    train(made);
    made.socket.drop();
    made.clock.runNext();
    made.socket.open();
    made.socket.say({ ...welcome, run: 'run-2' }, taskFor(1));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(1, initial.model) });
  });
});
