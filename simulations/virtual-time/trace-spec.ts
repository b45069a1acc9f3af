import { type ZodType, z } from 'zod';
import { SettingsError } from '../../shared/errors.ts';
import type { Ids } from '../data/shared-columns.ts';
import { alwaysSchema, alwaysTraces, diurnalSchema, diurnalTraces } from './generate.ts';
import { readTraces } from './trace-file.ts';
import type { DeviceTraces } from './traces.ts';

/** Makes or reads the traces of these devices, seeded. @throws TraceError */
export type TraceSource = (devices: Ids, seed: number) => Promise<DeviceTraces>;

/**
 * Where the traces come from that `spec` names: `always` or `diurnal`, either with `:key=number,…` behind it (see
 * `generate.ts`), or the path of a file (see `trace-file.ts`).
 * @throws SettingsError
 */
export function parseTraceSpec(spec: string): TraceSource {
  const [kind, ...rest] = spec.split(':');
  const text = rest.join(':');
  if (kind === 'always') {
    const model = parseModel(kind, text, alwaysSchema);
    return async (devices, seed) => alwaysTraces(devices, seed, model);
  }
  if (kind === 'diurnal') {
    const model = parseModel(kind, text, diurnalSchema);
    return async (devices, seed) => diurnalTraces(devices, seed, model);
  }
  return devices => readTraces(spec, devices);
}

function parseModel<Model>(kind: string, text: string, schema: ZodType<Model>): Model {
  const values = new Map<string, number>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (key === undefined || values.has(key))
      throw new SettingsError(
        `"${part}" does not fit into "${kind}:${text}". Write ${kind}:key=number,…, each key once.`,
      );
    values.set(key, Number(value));
  }
  const parsed = schema.safeParse(Object.fromEntries(values));
  if (!parsed.success)
    throw new SettingsError(`The trace "${kind}:${text}" is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
