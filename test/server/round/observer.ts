import assert from 'node:assert/strict';
import type { RoundEffect, RoundEvent, RoundSpec, RoundState } from '../../../server/round/round.ts';
import type { ContributionOutcome } from '../../../shared/protocol/messages.ts';

/**
 * Watches one round from outside, event by event, and knows from the rules alone what each device may be told. It keeps
 * sets of devices and never looks into the reducer's state but for its phase.
 */
export class RoundObserver {
  readonly counted = new Set<string>();
  readonly #spec: RoundSpec;
  readonly #asked = new Set<string>();
  /** Asked, and neither told that it is over nor gone. */
  readonly #waiting = new Set<string>();
  #phase: RoundState['phase'] = 'recruiting';
  #selects = 0;
  #folds = 0;
  #closed = false;

  constructor(spec: RoundSpec) {
    this.#spec = spec;
  }

  /** Checks what the reducer made of an event. */
  step(event: RoundEvent, effects: readonly RoundEffect[], after: RoundState): void {
    const wasTraining = this.#waiting.size > 0;
    const expected = event.type === 'contribution' ? [this.#outcomeOf(event)] : [];
    const answers = effects.flatMap(effect => (effect.type === 'answer' ? [effect.outcome] : []));
    assert.deepEqual(answers, expected);
    const together = effects.flatMap(effect => (effect.type === 'answerAll' ? [effect] : []));
    if (event.type === 'contributions') {
      const { devices, round } = event;
      assert.deepEqual(together, [{ type: 'answerAll', devices, round, outcome: this.#outcomeOfAll(event) }]);
    } else assert.deepEqual(together, []);
    this.#phase = after.phase;
    if (event.type === 'left' || (event.type === 'declined' && event.round === this.#spec.round)) {
      this.#waiting.delete(event.device);
    }
    for (const effect of effects) this.#effect(effect, event);
    if (after.phase === 'training') this.#undecided();
    else if (wasTraining) assert.deepEqual([...this.#waiting], [], 'devices left waiting after training');
  }

  /** To be called when the last deadline has passed. */
  end(after: RoundState): void {
    assert.ok(after.phase === 'done' || after.phase === 'abandoned', `still ${after.phase} after the last deadline`);
    assert.ok(this.#closed, 'the end of the round was not told');
    assert.equal(this.#waiting.size, 0, 'devices left waiting at the end');
    if (after.phase === 'done') assert.equal(this.#folds, 1);
  }

  #outcomeOf({ device, round, model, vector }: Extract<RoundEvent, { type: 'contribution' }>): ContributionOutcome {
    if (round !== this.#spec.round) return 'stale';
    if (!this.#asked.has(device)) return 'unasked';
    if (this.counted.has(device)) return 'duplicate';
    if (!this.#waiting.has(device)) return 'late';
    return model === this.#spec.model && vector.length === this.#spec.length ? 'counted' : 'stale';
  }

  #outcomeOfAll({ devices, round, model, sum }: Extract<RoundEvent, { type: 'contributions' }>): ContributionOutcome {
    if (round !== this.#spec.round || model !== this.#spec.model) return 'stale';
    if (this.#phase !== 'training') return 'late';
    const fits = sum.totals.length === this.#spec.length && sum.count === devices.length;
    const wanted = devices.length <= this.#spec.settings.goal - this.counted.size;
    return fits && wanted && devices.every(device => this.#waiting.has(device)) ? 'counted' : 'unasked';
  }

  #effect(effect: RoundEffect, event: RoundEvent): void {
    const { goal, minimum, asked } = this.#spec.settings;
    assert.ok(!this.#closed || effect.type.startsWith('answer'), `${effect.type} after the end`);
    switch (effect.type) {
      case 'select':
        assert.equal(++this.#selects, 1);
        assert.ok(effect.count >= minimum && effect.count <= asked);
        break;
      case 'ask':
        assert.equal(this.#asked.size, 0, 'a cohort is asked once');
        for (const device of effect.devices) {
          assert.ok(!this.#asked.has(device), 'a device is asked twice');
          this.#asked.add(device);
          this.#waiting.add(device);
        }
        break;
      case 'count':
        assert.ok(event.type === 'contribution' && effect.vector === event.vector);
        assert.equal(this.#folds, 0, 'counted after the fold began');
        this.#conclude(event.device);
        this.counted.add(event.device);
        assert.ok(this.counted.size <= goal);
        break;
      case 'merge':
        assert.ok(event.type === 'contributions' && effect.sum === event.sum);
        for (const device of event.devices) {
          this.#conclude(device);
          this.counted.add(device);
        }
        assert.ok(this.counted.size <= goal);
        break;
      case 'answerAll':
        break;
      case 'answer':
        // Refused for its model or length: this was the device's one chance.
        if (effect.outcome === 'stale' && effect.round === this.#spec.round) this.#conclude(effect.device);
        break;
      case 'release': {
        const enough = this.counted.size >= goal;
        const deadline = event.type === 'tick' && this.counted.size >= minimum;
        assert.equal(effect.reason, enough ? 'enough' : deadline ? 'deadline' : 'abandoned');
        assert.ok(effect.devices.length > 0);
        for (const device of effect.devices) this.#conclude(device);
        break;
      }
      case 'fold':
        assert.equal(++this.#folds, 1);
        assert.ok(this.counted.size >= minimum);
        break;
      case 'close':
        this.#closed = true;
        break;
      case 'wake':
        break;
    }
  }

  #conclude(device: string): void {
    assert.ok(this.#waiting.delete(device), `${device} is told the end twice, or was not asked`);
  }

  /** Training goes on only as long as it can still turn out either way. */
  #undecided(): void {
    const { goal, minimum } = this.#spec.settings;
    assert.ok(this.#waiting.size > 0 && this.counted.size < goal);
    assert.ok(this.counted.size + this.#waiting.size >= minimum);
  }
}
