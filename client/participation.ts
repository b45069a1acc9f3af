import type { ContentHash } from '../shared/hash.ts';
import type { CoordinatorMessage, DeviceMessage, Refusal, TaskMessage, Welcome } from '../shared/protocol/messages.ts';
import { ProtocolError } from '../shared/protocol/protocol-error.ts';
import { REFUSALS, type RefusalCode } from '../shared/protocol/refusals.ts';
import { systemRandom } from '../shared/random/system.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { BlobError, ConnectionLostError, RefusedError } from './errors.ts';
import type { DeviceEvent } from './events.ts';
import type { CompiledDeviceOptions } from './options.ts';
import { greet, type SessionEffect, type SessionEvent, type SessionState, type SessionStep, step } from './session.ts';
import type { DeviceState } from './state.ts';
import type { Answer, Trainer } from './trainer.ts';

/** Whom a participation reports to. */
export interface ParticipationHost {
  entered(state: DeviceState): void;
  emit(event: DeviceEvent): void;
  /** There is progress to save. */
  progressed(): void;
  /** Saves progress; resolves with whether it is safe. */
  saved(): Promise<boolean>;
  /** Training is over, or went wrong for good. Nothing more comes. */
  ended(failure?: Error): void;
}

/** Refusals that pass by themselves, whether or not the coordinator says when. Others would only repeat. */
const TRANSIENT: ReadonlySet<RefusalCode> = new Set([
  'hello_timeout',
  'unresponsive',
  'too_many_connections',
  'shutting_down',
  'internal',
]);

/** Taking part in training from start to end, over as many connections as it takes: interprets the session's effects. */
export class Participation {
  readonly #options: CompiledDeviceOptions;
  readonly #id: string;
  readonly #trainer: Trainer;
  readonly #host: ParticipationHost;
  readonly #backoff: Backoff;
  #connection: Connection | undefined;
  #session: SessionState = { phase: 'over' };
  /** The one wait that goes on: for an answer, or for the time to come back. */
  #cancelWait = () => {};
  #cancelTraining = () => {};

  constructor(options: CompiledDeviceOptions, id: string, trainer: Trainer, host: ParticipationHost) {
    this.#options = options;
    this.#id = id;
    this.#trainer = trainer;
    this.#host = host;
    this.#backoff = new Backoff(options.pace, systemRandom());
    this.#connect();
  }

  /** Leaves; drops training that goes on. The host hears nothing more. */
  leave(status?: number): void {
    this.#cancelWait();
    this.#cancelTraining();
    this.#session = { phase: 'over' };
    this.#connection?.close(status);
    this.#connection = undefined;
  }

  #connect(): void {
    const { url, WebSocket, limits, clock } = this.#options;
    this.#host.entered('connecting');
    const handler = {
      opened: () => this.#perform(greet(this.#id, this.#trainer.held)),
      received: (message: CoordinatorMessage) => this.#receive(message),
      lost: (cause: Error) => {
        if (cause instanceof ProtocolError && cause.code === 'unsupported_version') this.#end(cause);
        else this.#retry(cause);
      },
    };
    try {
      this.#connection = new Connection(url, WebSocket, handler, limits, clock);
    } catch (error) {
      // The WebSocket class does not take this address: a page served over TLS may not connect without.
      this.#end(error as Error);
    }
  }

  #receive(message: CoordinatorMessage): void {
    try {
      if (message.type === 'blob') this.#trainer.keep(message);
    } catch (error) {
      this.#retry(error as Error);
      return;
    }
    this.#handle({ type: 'received', message });
  }

  #handle(event: SessionEvent): void {
    this.#perform(step(this.#session, event));
  }

  #perform({ state, effects }: SessionStep): void {
    const entered = state.phase !== this.#session.phase;
    this.#session = state;
    if (state.phase !== 'over') {
      if (entered) this.#host.entered(state.phase);
      this.#awaitAnswer();
    }
    for (const effect of effects) this.#do(effect);
  }

  /** Whatever the coordinator owes the device, it owes by some time: browsers do not see a dead connection. */
  #awaitAnswer(): void {
    this.#cancelWait();
    const { answerTimeoutMs, idleTimeoutMs } = this.#options.limits;
    const session = this.#session;
    if (session.phase === 'greeting') this.#expectWithin(answerTimeoutMs);
    else if (session.phase === 'waiting') this.#expectWithin(idleTimeoutMs);
    else if (session.phase === 'reporting') this.#expectWithin(session.task.timeLeftMs + answerTimeoutMs);
  }

  #expectWithin(timeoutMs: number): void {
    const { phase } = this.#session;
    this.#cancelWait = this.#options.clock.setTimer(timeoutMs, () =>
      this.#retry(
        new ConnectionLostError(`The coordinator said nothing for ${timeoutMs} ms while the device was ${phase}.`),
      ),
    );
  }

  #do(effect: SessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.message);
        break;
      case 'joined':
        this.#joined(effect.welcome);
        break;
      case 'train':
        this.#train(effect.welcome, effect.task);
        break;
      case 'cancel':
        this.#cancelTraining();
        break;
      case 'settled':
        this.#backoff.reset();
        this.#host.emit(effect.by);
        break;
      case 'finish':
        this.#finish(effect.welcome, effect.model);
        break;
      case 'refused':
        this.#refused(effect.refusal);
        break;
      case 'fault':
        this.#retry(new ProtocolError('unexpected', effect.detail));
        break;
    }
  }

  #send(message: DeviceMessage): void {
    this.#connection?.send(message);
    if (message.type === 'contribution') {
      this.#host.emit({ type: 'contribution', round: message.round, length: message.shape[0] });
    } else if (message.type === 'decline') {
      this.#host.emit({ type: 'declined', round: message.round, reason: message.reason });
    }
  }

  #joined({ run, learner, pace }: Welcome): void {
    this.#backoff.pace = pace;
    this.#host.emit({ type: 'joined', run, learner: learner.name });
  }

  /** A pause comes before and after the computation, which blocks: what came meanwhile, a release say, is seen first. */
  #train(welcome: Welcome, task: TaskMessage): void {
    const { clock } = this.#options;
    const { round, model, plan } = task;
    const lateAtMs = clock.now() + task.timeLeftMs;
    this.#host.emit({ type: 'task', round, model, length: plan.length });
    this.#cancelTraining = clock.setTimer(0, () => {
      let answer: Answer;
      try {
        this.#trainer.adopt(welcome);
        answer = this.#trainer.train(task);
      } catch (error) {
        this.#host.emit({ type: 'error', error: error as Error });
        this.#handle({ type: 'failed', reason: 'failed' });
        return;
      }
      this.#cancelTraining = clock.setTimer(0, () => this.#answered(answer, lateAtMs));
    });
  }

  /**
   * Where releases are limited, that the device took part is on its disk before the contribution leaves: else a crash in
   * between would let a coordinator come back too soon.
   */
  #answered(answer: Answer, lateAtMs: number): void {
    if (this.#options.clock.now() > lateAtMs) {
      this.#handle({ type: 'failed', reason: 'deadline' });
      return;
    }
    if (!answer.limited) {
      this.#report(answer);
      return;
    }
    let wanted = true;
    this.#cancelTraining = () => {
      wanted = false;
    };
    this.#trainer.takePart(answer.release);
    void this.#host.saved().then(safe => {
      if (!wanted) return;
      if (safe) this.#report(answer);
      else this.#handle({ type: 'failed', reason: 'failed' });
    });
  }

  #report(answer: Answer): void {
    this.#handle({ type: 'answered', data: answer.data });
    this.#trainer.commit(answer);
    this.#host.progressed();
  }

  #finish(welcome: Welcome, model: ContentHash): void {
    try {
      this.#trainer.adopt(welcome);
    } catch (error) {
      this.#end(error as Error);
      return;
    }
    this.#host.progressed();
    this.#host.emit({ type: 'finished', model });
    this.#end();
  }

  #refused({ code, message, retryAfterMs }: Refusal): void {
    this.#host.emit({ type: 'refused', refusal: code, message });
    const error = new RefusedError(code, message);
    if (retryAfterMs === undefined && !TRANSIENT.has(code)) this.#end(error);
    else this.#retry(error, Math.min(retryAfterMs ?? 0, this.#options.limits.maxRetryAfterMs));
  }

  /** Gives this connection up, and comes back later. */
  #retry(cause: Error, notBeforeMs = 0): void {
    const { clock } = this.#options;
    this.leave(closeStatus(cause));
    const retryInMs = this.#backoff.next(notBeforeMs);
    this.#host.emit({ type: 'disconnected', cause, retryInMs });
    this.#host.entered('backing-off');
    this.#cancelWait = clock.setTimer(retryInMs, () => this.#connect());
  }

  #end(failure?: Error): void {
    this.leave();
    this.#host.ended(failure);
  }
}

/** Tells the coordinator what it did wrong, if it did. */
function closeStatus(cause: Error): number | undefined {
  if (cause instanceof BlobError) return REFUSALS.malformed.status;
  return cause instanceof ProtocolError ? cause.status : undefined;
}
