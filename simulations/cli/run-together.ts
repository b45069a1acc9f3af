import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Catalogue } from '../../shared/catalogue.ts';
import { SettingsError } from '../../shared/errors.ts';
import { boughtTogether, type Partner } from '../../shared/learners/ease/together.ts';
import type { Model } from '../../shared/model.ts';
import { decodeSafetensors } from '../../shared/safetensors.ts';
import { printJson } from './output.ts';
import { figureTable } from './table.ts';
import type { TogetherFlags } from './together.ts';

/** Two items by their catalogue indices, and how strongly they go together. */
interface Pair extends Partner {
  readonly with: number;
}

export function runTogether(run: string, { item, count = 10, json = false }: TogetherFlags): void {
  const catalogue = Catalogue.decode(read(run, 'catalogue.json'));
  const model = decodeSafetensors(read(run, 'model.safetensors'));
  if (!model.specs.some(({ name }) => name === 'together.items')) {
    throw new SettingsError(
      `The model in ${run} holds no pairs. Train one with: larder simulate --learner ease --set together=${count}`,
    );
  }
  const pairs = item === undefined ? strongest(model, catalogue, count) : partners(model, catalogue, item, count);
  const named = pairs.map(pair => ({
    item: catalogue.items[pair.with]!,
    with: catalogue.items[pair.item]!,
    affinity: pair.affinity,
  }));
  if (json) {
    printJson({ run, pairs: named });
    return;
  }
  const nameOf = ({ id, title }: { id: string; title?: string | undefined }): string =>
    title === undefined ? id : `${id} ${title}`;
  const rows = named.map(pair => [nameOf(pair.item), nameOf(pair.with), pair.affinity.toFixed(3)]);
  process.stdout.write(`${figureTable(['item', 'bought together with', 'affinity'], rows)}\n`);
}

function partners(model: Model, catalogue: Catalogue, id: string, count: number): readonly Pair[] {
  const index = catalogue.indexOf(id);
  if (index === undefined) throw new SettingsError(`The catalogue of the run has no item "${id}".`);
  return boughtTogether(model, index)
    .slice(0, count)
    .map(partner => ({ ...partner, with: index }));
}

/** Each pair once. */
function strongest(model: Model, catalogue: Catalogue, count: number): readonly Pair[] {
  const pairs = new Map<string, Pair>();
  for (let index = 0; index < catalogue.size; index++) {
    for (const partner of boughtTogether(model, index)) {
      const key = [index, partner.item].sort((a, b) => a - b).join();
      if (!pairs.has(key)) pairs.set(key, { ...partner, with: index });
    }
  }
  return [...pairs.values()].sort((a, b) => b.affinity - a.affinity).slice(0, count);
}

function read(run: string, name: string): Uint8Array {
  try {
    return readFileSync(join(run, name));
  } catch (cause) {
    throw new SettingsError(`${join(run, name)} cannot be read. Name a run folder that larder simulate has made.`, {
      cause,
    });
  }
}
