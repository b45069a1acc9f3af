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
    ['mf', { serverOptimizer: 'sgd', loss: 'bpr' }],
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
    ['mf', { userLearningRate: Number.NaN }, /userLearningRate/],
    ['mf', { regularisation: -1e-9 }, /regularisation/],
    ['mf', { beta2: 1, serverOptimizer: 'adam' }, /beta2/],
    ['mf', { momentum: 0.5 }, /"adam" has no momentum/],
    ['mf', { serverOptimizer: 'sgd', beta1: 0.5 }, /"sgd" has no beta1/],
    ['mf', { userLearningRate: 3, regularisation: 0.5 }, /userLearningRate/],
    ['popularity', { clipNorm: 0 }, /clipNorm/],
    ['popularity', 'clipNorm', /popularity/],
  ])('refuses %s %o with a sentence', (name, options, message) => {
    expect(() => createLearner(name, options, catalogueOf(3))).toThrow(SettingsError);
    expect(() => createLearner(name, options, catalogueOf(3))).toThrow(message);
  });
});
