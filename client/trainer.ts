import { toDense } from '../shared/aggregation/contribution.ts';
import type { Catalogue, CatalogueItem } from '../shared/catalogue.ts';
import { type History, historyOf, type Interaction } from '../shared/history.ts';
import { createLearner, type LearnerDefinitions } from '../shared/learners/index.ts';
import type { Learner, LearnerDefinition } from '../shared/learners/learner.ts';
import { elementCount, type Model } from '../shared/model.ts';
import { mayTakePart } from '../shared/privacy/participation.ts';
import { type Protection, protect, protectedLength } from '../shared/privacy/protection.ts';
import type { Blob, TaskMessage, Welcome } from '../shared/protocol/messages.ts';
import { bytesOfInt32 } from '../shared/protocol/tensor.ts';
import type { DevicePurpose } from '../shared/random/device.ts';
import type { Random } from '../shared/random/random.ts';
import { topK } from '../shared/top-k.ts';
import type { BlobCache, HeldBlob } from './blob-cache.ts';
import { NotReadyError, TaskError } from './errors.ts';
import type { Held } from './session.ts';
import type { Progress } from './store.ts';

/** Where a device's random numbers come from, by the round (`personalise` uses 0) and what they are for. */
export type RandomFor = (round: number, purpose: DevicePurpose) => Random;

export interface Recommendation {
  readonly item: CatalogueItem;
  /** Comparable within one list only. */
  readonly score: number;
}

/** What a device computed for a task, before it is sent. */
export interface Answer {
  /** The bounded vector on the round's grid, dense, as wire bytes. */
  readonly data: Uint8Array;
  /** The personal state after training. */
  readonly personal: Float32Array;
  /** The release that it is for. */
  readonly release: number;
  /** The device may take part in so many releases only: it has to remember this one, whatever happens. */
  readonly limited: boolean;
}

/** A training run as this device knows it: whatever `Progress` holds, ready to compute with. */
interface Training {
  readonly run: string;
  readonly definition: Progress['learner'];
  readonly learner: Learner;
  readonly catalogue: HeldBlob<Catalogue>;
  readonly model: HeldBlob<Model>;
  readonly personal: Float32Array;
  readonly lastRelease: number | undefined;
}

/** What a device computes with. */
export interface TrainerOptions {
  readonly blobs: BlobCache;
  readonly randomFor: RandomFor;
  /** The learners that it knows. */
  readonly learners: LearnerDefinitions;
  readonly limits: { readonly maxContributionLength: number };
}

/** The device's own half: history, models and personal state, and what is computed from them. No network, no clock. */
export class Trainer {
  readonly #options: TrainerOptions;
  #interactions: readonly Interaction[] = [];
  #history: { readonly of: Catalogue; readonly history: History } | undefined;
  #catalogue: HeldBlob<Catalogue> | undefined;
  #model: HeldBlob<Model> | undefined;
  #training: Training | undefined;

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /** @throws BlobError, SettingsError if this version of the software cannot go on from there. Then nothing changed. */
  restore(progress: Progress): void {
    const { run, learner: definition, personal, lastRelease } = progress;
    const catalogue = this.#options.blobs.catalogue(progress.catalogue.hash, progress.catalogue.bytes);
    const model = this.#options.blobs.model(progress.model.hash, progress.model.bytes);
    const learner = sharedLearner(definition, catalogue.content, this.#options.learners);
    this.#catalogue = catalogue;
    this.#model = model;
    this.#training = { run, definition, learner, catalogue, model, personal, lastRelease };
  }

  add(interactions: readonly Interaction[]): void {
    this.#interactions = [...this.#interactions, ...interactions];
    this.#history = undefined;
  }

  get held(): Held {
    return {
      ...(this.#catalogue && { catalogue: this.#catalogue.hash }),
      ...(this.#model && { model: this.#model.hash }),
    };
  }

  /** @throws BlobError if the data is not what its hash and kind say. */
  keep({ kind, hash, data }: Blob): void {
    if (kind === 'catalogue') this.#catalogue = this.#options.blobs.catalogue(hash, data);
    else this.#model = this.#options.blobs.model(hash, data);
  }

  /**
   * Makes the blobs held the ones to compute with. Personal state of another run does not fit, and starts anew.
   *
   * @throws SettingsError if this device does not know the learner or its options.
   */
  adopt({ run, learner: definition }: Welcome): void {
    const [catalogue, model, before] = [this.#catalogue!, this.#model!, this.#training];
    const learner = sharedLearner(definition, catalogue.content, this.#options.learners);
    const length = personalLength(learner);
    const fits = before?.run === run && before.personal.length === length;
    const personal = fits ? before.personal : new Float32Array(length);
    const lastRelease = before?.run === run ? before.lastRelease : undefined;
    this.#training = { run, definition, learner, catalogue, model, personal, lastRelease };
  }

  /**
   * What the device would send for a task on the model that it holds. Leaves the personal state as it was.
   *
   * @throws TaskError if the plan is not one to follow, and whatever the learner throws.
   */
  train({ round, plan, protection }: TaskMessage): Answer {
    const { learner, model, personal: before, lastRelease } = this.#current();
    const { maxContributionLength } = this.#options.limits;
    const length = protectedLength(plan, protection);
    if (length > maxContributionLength) {
      throw new TaskError(
        `The plan asks for ${length} numbers; ${maxContributionLength} are allowed. Raise maxContributionLength.`,
      );
    }
    checkParticipation(lastRelease, protection);
    const personal = before.slice();
    const device = { history: this.#historyNow(), personal };
    const contribution = learner.contribute(plan, model.content, device, this.#options.randomFor(round, 'contribute'));
    if (contribution.length !== plan.length) {
      throw new TaskError(
        `The plan asks for ${plan.length} numbers, but ${learner.name} gives ${contribution.length} for this model.`,
      );
    }
    const vector = protect(contribution, plan, protection, this.#options.randomFor(round, 'noise'));
    return {
      data: bytesOfInt32(toDense(vector)),
      personal,
      release: protection.release,
      limited: isLimited(protection),
    };
  }

  /** The device is about to contribute to a release. */
  takePart(release: number): void {
    this.#training = { ...this.#current(), lastRelease: release };
  }

  /** The answer was sent: what was learnt on the way stays. */
  commit({ personal, release }: Answer): void {
    this.#training = { ...this.#current(), personal, lastRelease: release };
  }

  /**
   * Scores with a copy of the personal state, fitted to the newest model.
   *
   * @throws NotReadyError before the first task or final model.
   */
  recommend(k: number, excludeBought: boolean): Recommendation[] {
    const { learner, catalogue, model, personal } = this.#current();
    const device = { history: this.#historyNow(), personal: personal.slice() };
    learner.personalise?.(model.content, device, this.#options.randomFor(0, 'personalise'));
    const scores = learner.scores(model.content, device);
    const best = topK(scores, k, excludeBought ? device.history.items : undefined);
    return best.map(index => ({ item: catalogue.content.items[index]!, score: scores[index]! }));
  }

  get progress(): Progress | undefined {
    if (this.#training === undefined) return undefined;
    const { run, definition, catalogue, model, personal, lastRelease } = this.#training;
    return { run, learner: definition, catalogue, model, personal, ...(lastRelease !== undefined && { lastRelease }) };
  }

  #current(): Training {
    if (this.#training === undefined) throw new NotReadyError();
    return this.#training;
  }

  #historyNow(): History {
    const { content: catalogue } = this.#current().catalogue;
    if (this.#history?.of !== catalogue) {
      this.#history = { of: catalogue, history: historyOf(this.#interactions, catalogue) };
    }
    return this.#history.history;
  }
}

function isLimited({ minSeparation, noiseSteps }: Protection): boolean {
  return minSeparation > 1 || noiseSteps > 0;
}

/**
 * The device's own count of what it took part in. For a release that it contributed to already it may answer again, since
 * one sum at most holds it; not with noise of its own, where each answer is a release.
 *
 * @throws TaskError if the coordinator comes back too soon.
 */
function checkParticipation(last: number | undefined, { release, minSeparation, noiseSteps }: Protection): void {
  if ((last === release && noiseSteps === 0) || mayTakePart(last, release, minSeparation)) return;
  throw new TaskError(
    `This device took part in release ${last}, and release ${release} comes too soon: ${minSeparation} apart was promised. Ask other devices.`,
  );
}

function personalLength({ personal }: Learner): number {
  return personal.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

interface MadeLearner {
  readonly definition: LearnerDefinition<unknown> | undefined;
  readonly options: string;
  readonly learner: Learner;
}

/** Learners by catalogue: devices that share one share its learners too, with whatever tables those keep. */
const made = new WeakMap<Catalogue, MadeLearner[]>();

function sharedLearner(
  { name, options }: Progress['learner'],
  catalogue: Catalogue,
  known: LearnerDefinitions,
): Learner {
  const definition = known.get(name);
  const key = JSON.stringify(options);
  const ofCatalogue = made.get(catalogue) ?? [];
  const found = ofCatalogue.find(one => one.definition === definition && one.options === key);
  if (found !== undefined) return found.learner;
  const learner = createLearner(name, options, catalogue, known);
  made.set(catalogue, [...ofCatalogue, { definition, options: key, learner }]);
  return learner;
}
