import { dense, type IntegerContribution } from '../../shared/aggregation/contribution.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { RoundPlan } from '../../shared/learners/learner.ts';
import { isProtected, type Protection, protectedLength } from '../../shared/privacy/protection.ts';
import { decodeDeviceMessage } from '../../shared/protocol/codec.ts';
import type { Blob, ContributionMessage, Decline, DeclineReason, Hello } from '../../shared/protocol/messages.ts';
import { ProtocolError } from '../../shared/protocol/protocol-error.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { int32InPlace } from '../../shared/protocol/tensor.ts';
import type { Connection, ConnectionHandler } from './connection.ts';
import type { GatewayLimits } from './options.ts';

/**
 * ```
 *            hello           task            contribution          receipt
 * greeting ────────▶ waiting ─────▶ asked ────────────────▶ answered ─────▶ waiting
 *                      │              └── decline, released ──────────────▶ waiting
 *                      └── finished ──▶ closed
 * any ── a fault, a loss, a newer connection of the device, shutdown ──▶ closed
 * ```
 *
 * `greeting`: connected, and nothing said yet. `waiting`: could be asked. `asked`: has a task. `answered`: has
 * contributed and waits for the receipt. An answer to a task that was released in the meantime changes no state.
 */
export type SessionState = 'greeting' | 'waiting' | 'asked' | 'answered' | 'closed';

/** A blob as it is sent: the encoded message, made once for all devices. */
export interface BlobFrame {
  readonly kind: Blob['kind'];
  readonly hash: ContentHash;
  readonly frame: Uint8Array;
}

/** A task as it is sent. */
export interface TaskFrame {
  readonly round: number;
  readonly plan: RoundPlan;
  readonly protection: Protection;
  readonly frame: Uint8Array;
}

/** What a session tells the gateway. */
export interface SessionEvents {
  /** The device said who it is; the session is to be welcomed or refused. */
  greeted(session: Session): void;
  /** The session began or ceased to wait. */
  readinessChanged(session: Session): void;
  contributed(device: string, contribution: { round: number; model: ContentHash; vector: IntegerContribution }): void;
  declined(device: string, round: number, reason: DeclineReason): void;
  /** The session is closed; its connection may still be closing. */
  ended(session: Session): void;
  /** This program failed while it handled a message. */
  failed(error: unknown): void;
}

/** One connection of one device, from its hello to its end. */
export class Session implements ConnectionHandler {
  #state: SessionState = 'greeting';
  #device = '';
  readonly #connection: Connection;
  readonly #limits: GatewayLimits;
  readonly #events: SessionEvents;
  readonly #helloTimer: NodeJS.Timeout;
  /** The device holds the newest blob of each kind that it was sent, and until then those that it named in hello. */
  #named: readonly ContentHash[] = [];
  readonly #sent: Partial<Record<Blob['kind'], ContentHash>> = {};
  /** The newest task, released or not. */
  #task: TaskFrame | undefined;
  #answersLeft = 0;

  constructor(connection: Connection, limits: GatewayLimits, events: SessionEvents) {
    this.#connection = connection;
    this.#limits = limits;
    this.#events = events;
    connection.handler = this;
    this.#helloTimer = setTimeout(() => this.refuse('hello_timeout'), limits.helloTimeoutMs);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Empty before hello. */
  get device(): string {
    return this.#device;
  }

  /** A message of the device. What it must not say, or not now, is refused. */
  received(frame: Uint8Array): void {
    try {
      const message = decodeDeviceMessage(frame, this.#limits);
      if (message.type === 'hello') this.#greet(message);
      else if (message.type === 'contribution') this.#contribute(message);
      else this.#decline(message);
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.refuse(error.code, error.message);
      } else {
        this.refuse('internal');
        this.#events.failed(error);
      }
    }
  }

  /** Lets the device in: it can be asked from now on. */
  welcome(catalogue: BlobFrame, welcome: Uint8Array): void {
    this.#provide(catalogue);
    this.#connection.send(welcome);
    this.#enter('waiting');
  }

  ask(model: BlobFrame, task: TaskFrame): void {
    if (this.#state !== 'waiting') return;
    if (this.#connection.bufferedBytes > this.#limits.maxBufferedBytes) {
      this.refuse('unresponsive');
      return;
    }
    this.#provide(model);
    this.#connection.send(task.frame);
    this.#task = task;
    const { maxAnswersPerTask } = this.#limits;
    this.#answersLeft = Math.min(this.#answersLeft, maxAnswersPerTask) + maxAnswersPerTask;
    this.#enter('asked');
  }

  receipt(round: number, frame: Uint8Array): void {
    this.#connection.send(frame);
    if (this.#state === 'answered' && this.#task?.round === round) this.#enter('waiting');
  }

  release(round: number, frame: Uint8Array): void {
    this.#connection.send(frame);
    if (this.#state === 'asked' && this.#task?.round === round) this.#enter('waiting');
  }

  /** Hands over the final model and closes. */
  finish(model: BlobFrame, finished: Uint8Array): void {
    this.#provide(model);
    this.#connection.send(finished);
    this.#connection.close('finished');
    this.closed();
  }

  refuse(code: RefusalCode, message?: string): void {
    this.#connection.refuse(code, message);
    this.closed();
  }

  broke(code: RefusalCode): void {
    this.refuse(code);
  }

  /** The connection is closed, or about to be. */
  closed(): void {
    if (this.#state !== 'closed') this.#enter('closed');
  }

  #greet({ device, holds }: Hello): void {
    if (this.#state !== 'greeting') throw unexpected('hello', this.#state);
    clearTimeout(this.#helloTimer);
    this.#device = device;
    this.#named = holds;
    this.#events.greeted(this);
  }

  #contribute({ round, model, shape: [length], data }: ContributionMessage): void {
    const task = this.#spendAnswer('contribution');
    const expected = protectedLength(task.plan, task.protection);
    if (round === task.round && length !== expected) {
      throw new ProtocolError('wrong_length', `The contribution holds ${length} numbers, not ${expected}.`);
    }
    const vector = dense(int32InPlace(data));
    if (!isProtected(vector, task.protection))
      throw new ProtocolError('unbounded', 'The contribution is too long a vector.');
    if (this.#state === 'asked' && round === task.round) this.#enter('answered');
    this.#events.contributed(this.#device, { round, model, vector });
  }

  #decline({ round, reason }: Decline): void {
    const task = this.#spendAnswer('decline');
    if (this.#state === 'asked' && round === task.round) this.#enter('waiting');
    this.#events.declined(this.#device, round, reason);
  }

  /** The newest task, if the device may still answer a task. */
  #spendAnswer(type: string): TaskFrame {
    if (this.#task === undefined) throw unexpected(type, this.#state);
    if (this.#answersLeft === 0) throw new ProtocolError('too_many_messages', 'No task is unanswered.');
    this.#answersLeft--;
    return this.#task;
  }

  #provide({ kind, hash, frame }: BlobFrame): void {
    const newest = this.#sent[kind];
    if (newest === undefined ? this.#named.includes(hash) : newest === hash) return;
    this.#connection.send(frame);
    this.#sent[kind] = hash;
  }

  #enter(state: SessionState): void {
    const wasWaiting = this.#state === 'waiting';
    this.#state = state;
    if (wasWaiting !== (state === 'waiting')) this.#events.readinessChanged(this);
    if (state === 'closed') {
      clearTimeout(this.#helloTimer);
      this.#events.ended(this);
    }
  }
}

function unexpected(type: string, state: SessionState): ProtocolError {
  return new ProtocolError('unexpected', `A ${type} came while ${state}.`);
}
