import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { createLearner, learnerDefinitions, learnerOptions } from '../../../shared/learners/index.ts';
import { catalogueOf } from './in-memory.ts';

describe('the registry of learners', () => {
  it.each([...learnerDefinitions.keys()])('makes %s from its defaults', name => {
    expect(createLearner(name, undefined, catalogueOf(3)).name).toBe(name);
  });

  it.each([
    ['mf', {}],
    ['mf', { beta1: 0.5, loss: 'bce' }],
    ['popularity', { clipNorm: Math.PI }],
  ])('fills in options that are valid options again: %s %o', (name, options) => {
    const resolved = learnerOptions(name, options);
    expect(resolved).toMatchObject(options);
    expect(learnerOptions(name, JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
  });

  it.each([
    ['nothing', {}, /popularity, mf/],
    ['mf', { dimensions: 8 }, /dimensions/],
    ['mf', { dimension: 0 }, /dimension/],
    ['mf', { loss: 'hinge' }, /loss/],
    ['mf', { serverLearningRate: Number.NaN }, /serverLearningRate/],
    ['mf', { itemRegularisation: -1e-9 }, /itemRegularisation/],
    ['mf', { userRegularisation: 0 }, /userRegularisation/],
    ['mf', { beta2: 1 }, /beta2/],
    ['mf', { momentum: 0.5 }, /momentum/],
    ['popularity', { clipNorm: 0 }, /clipNorm/],
    ['popularity', 'clipNorm', /popularity/],
  ])('refuses %s %o with a sentence', (name, options, message) => {
    expect(() => createLearner(name, options, catalogueOf(3))).toThrow(SettingsError);
    expect(() => createLearner(name, options, catalogueOf(3))).toThrow(message);
  });
});
