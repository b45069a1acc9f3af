import { LarderError } from '../errors.ts';
import { REFUSALS, type RefusalCode } from './refusals.ts';

/** A peer broke the protocol: its frame is not a message, or the message does not fit. The connection ends with `code`. */
export class ProtocolError extends LarderError {
  readonly code: RefusalCode;

  /** @param detail what exactly is wrong, put before the code's own sentence */
  constructor(code: RefusalCode, detail: string, options?: ErrorOptions) {
    super(`${detail} ${REFUSALS[code].message}`, options);
    this.code = code;
  }

  /** The WebSocket close status that goes with the code. */
  get status(): number {
    return REFUSALS[this.code].status;
  }
}

/** A message holds something that plain MessagePack cannot carry faithfully. A fault of this program, not of the peer. */
export class EncodingError extends LarderError {
  readonly code = 'encoding';
}
