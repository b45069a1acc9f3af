import { expect, test } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { Coordinator } from '../../../server/coordinator.ts';
import { Gateway } from '../../../server/gateway/gateway.ts';
import { compileRoundOptions } from '../../../server/round/settings.ts';
import { popularity } from '../../../shared/learners/popularity.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { CATALOGUE, honestDevice } from './peer.ts';

test('x', async () => {
  const learner = popularity.create(popularity.options.parse({}), CATALOGUE);
  const gateway = new Gateway({
    run: 'r',
    learner: { name: 'popularity', options: {} },
    catalogue: CATALOGUE,
    port: 0,
  });
  const coordinator = new Coordinator({
    learner,
    settings: compileRoundOptions({ goal: 3, overSelection: 1 }),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(1, round, purpose),
  });
  const url = await gateway.listen(coordinator);
  coordinator.start();
  const devices = [
    honestDevice(url, 'a', learner, ['bread', 'milk']),
    honestDevice(url, 'b', learner, ['bread']),
    honestDevice(url, 'c', learner, ['tea']),
  ];
  const outcome = await coordinator.finished;
  expect([...outcome.state.model.values]).toEqual([2, 1, 1, 0, 0]);
  for (const device of await Promise.all(devices)) {
    expect(device.outcomes).toEqual(['counted']);
    expect((await device.peer.ended).status).toBe(1000);
    console.log(device.peer.heard.map(m => m.type));
  }
  console.log(gateway.traffic);
  await gateway.close();
});
