import { expect, test } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { Coordinator } from '../../../server/coordinator.ts';
import { compileRoundOptions } from '../../../server/round/settings.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { honestDevice } from './peer.ts';
import { LEARNER, openGateway } from './stage.ts';

test('a coordinator learns the sum of what devices contribute over sockets', async () => {
  const gateway = openGateway();
  const coordinator = new Coordinator({
    learner: LEARNER,
    settings: compileRoundOptions({ goal: 3, overSelection: 1 }),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(1, round, purpose),
  });
  const url = await gateway.listen(coordinator);
  coordinator.start();
  const devices = [
    honestDevice(url, 'a', LEARNER, ['bread', 'milk']),
    honestDevice(url, 'b', LEARNER, ['bread']),
    honestDevice(url, 'c', LEARNER, ['tea']),
  ];
  const { ending, state, published } = await coordinator.finished;
  expect(ending).toBe('finished');
  expect([...state.model.values]).toEqual([2, 1, 1, 0, 0]);
  for (const { peer, outcomes } of await Promise.all(devices)) {
    expect(outcomes).toEqual(['counted']);
    expect(peer.heard.at(-1)).toEqual({ type: 'finished', model: published.hash });
    expect((await peer.ended).status).toBe(1000);
  }
  await gateway.close();
});
