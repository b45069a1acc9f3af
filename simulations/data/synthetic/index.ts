import type { Dataset } from '../dataset.ts';
import { hashDataset } from '../dataset-hash.ts';
import { fillWorld } from './shoppers.ts';
import { makeWorld } from './world.ts';
import { parseWorldSpec } from './world-spec.ts';

/**
 * A year of a retail shop that does not exist: departments and categories, some of them sensitive; a long-tailed
 * popularity; people with a few tastes each, which a household shares in part, and staples that it buys again and
 * again; goods that sell in season only. Takes time in proportion to the purchases. The same specification always
 * gives the same purchases.
 * @param text what follows `synthetic:` (see parseWorldSpec)
 * @throws SettingsError if the specification is none.
 */
export function makeSyntheticDataset(text: string): Dataset {
  const spec = parseWorldSpec(text);
  const world = makeWorld(spec);
  const { catalogue } = world;
  const { population, households } = fillWorld(world, spec);
  const users = Array.from({ length: spec.users }, (_, user) => `shopper${user + 1}`);
  return {
    name: text === '' ? 'synthetic' : `synthetic:${text}`,
    catalogue,
    users,
    population,
    households,
    hash: hashDataset({ catalogue, users, population }),
    report: { rows: population.purchases.items.length, setAside: {}, bad: { count: 0, examples: [] } },
  };
}
