import type { ComparedLearners } from './learners.ts';
import type { Study } from './study.ts';

/** A study with what it needs to know of learners. */
export interface Asked {
  readonly study: Study;
  readonly learners: ComparedLearners;
}
