import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { studyOf } from '../../../simulations/compare/study.ts';
import { readStudyFile } from '../../../simulations/compare/study-file.ts';
import { temporaryFolder } from '../../support/cli.ts';

function file(text: string): string {
  const path = join(temporaryFolder(), 'study.yaml');
  writeFileSync(path, text);
  return path;
}

function read(text: string) {
  return studyOf({ from: 'study.yaml', options: readStudyFile(file(text)) });
}

describe('a study', () => {
  it('is read from YAML: one value stands for a list, what is left out goes without saying', () => {
    const study = read(`
      study: privacy
      question: What does it cost?
      data: csv:a.csv
      learners: [ease, mf]
      epsilon: [1, none]
      vary: { mf.dimension: [16, 32], sampling: none }
      set: { mf.rounds: 5 }
      measure: cold-start
      baselines: none
    `);
    expect(study).toEqual({
      name: 'privacy',
      question: 'What does it cost?',
      data: ['csv:a.csv'],
      columns: undefined,
      maxBadShare: undefined,
      learners: ['ease', 'mf'],
      backend: undefined,
      seeds: [1, 2, 3],
      axes: {
        trust: ['central'],
        epsilon: [1, 'none'],
        'mf.dimension': [16, 32],
        sampling: ['none'],
        'mf.rounds': [5],
      },
      measure: ['cold-start'],
      baselines: [],
      against: undefined,
    });
  });

  it('is read from JSON alike', () => {
    expect(read('{ "seeds": [4], "cohort": ["all", 10] }')).toMatchObject({
      name: 'comparison',
      data: ['synthetic'],
      seeds: [4],
      axes: { cohort: ['all', 10] },
    });
  });

  it('is overridden part by part, and setting by setting', () => {
    const first = { study: 'a', epsilon: [1, 2], trust: 'local', seeds: [1], vary: { delta: [1e-5, 1e-6] } };
    const second = { seeds: 7, vary: { epsilon: [4] }, data: undefined };
    const study = studyOf({ from: 'a file', options: first }, { from: 'flags', options: second });
    expect(study).toMatchObject({
      name: 'a',
      seeds: [7],
      axes: { epsilon: [4], trust: ['local'], delta: [1e-5, 1e-6] },
    });
  });

  it.each([
    { text: 'epsilons: [1]', says: /Unrecognized key: "epsilons"/ },
    { text: 'epsilon: [1, x]', says: /above 0, or none.*\n.*epsilon\[1\]/ },
    { text: 'epsilon: -1', says: />0.*\n.*epsilon/ },
    { text: 'epsilon: []', says: /at least one/ },
    { text: 'seeds: [1, 2, 1]', says: /1 is there twice.*\n.*seeds/ },
    { text: 'trust: [server]', says: /central.*\n.*trust\[0\]/ },
    { text: 'cohort: half', says: /whole number above 0, all, or none/ },
    { text: 'vary: { mf.rounds: [[1]] }', says: /text, a number.*\n.*vary\["mf.rounds"\]\[0\]/ },
    { text: 'set: { mf.rounds: [1] }', says: /set\["mf.rounds"\]/ },
    { text: 'study: a/b', says: /letters, digits/ },
    { text: 'measure: speed', says: /measure/ },
    { text: 'epsilon: 1\nvary: { epsilon: 2 }', says: /gives epsilon twice/ },
    { text: '- 1', says: /is not a study/ },
    { text: '', says: /is not a study/ },
    { text: 'a: [', says: /neither YAML nor JSON/ },
    { text: 'seeds: 1\nseeds: 2', says: /neither YAML nor JSON.*unique/ },
  ])('is refused: $text', ({ text, says }) => {
    expect(() => read(text)).toThrow(SettingsError);
    expect(() => read(text)).toThrow(says);
  });

  it('is refused where there is no such file', () => {
    expect(() => readStudyFile('/nowhere/study.yaml')).toThrow(/\/nowhere\/study.yaml cannot be read/);
  });
});
