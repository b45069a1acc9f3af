import { LarderError } from '../shared/errors.ts';
import type { RefusalCode } from '../shared/protocol/refusals.ts';

/** A method was called that the device's state does not allow. */
export class DeviceStateError extends LarderError {
  readonly code = 'device_state';
  readonly state: string;

  constructor(state: string, message: string) {
    super(`${message} The device is ${state}.`);
    this.state = state;
  }
}

/** A recommendation was asked for before the device ever received a model. */
export class NotReadyError extends LarderError {
  readonly code = 'not_ready';

  constructor() {
    super('This device has no model yet. Start it, and ask again once it took part in a round or training finished.');
  }
}

/** The coordinator refused the device for good: trying again would end the same way. */
export class RefusedError extends LarderError {
  readonly code = 'refused';
  readonly refusal: RefusalCode;

  constructor(refusal: RefusalCode, message: string) {
    super(`The coordinator refused this device (${refusal}). ${message}`);
    this.refusal = refusal;
  }
}

/** The connection could not be made, ended, or went silent. Reported, never thrown: the device comes back by itself. */
export class ConnectionLostError extends LarderError {
  readonly code = 'connection_lost';

  constructor(what: string) {
    super(`${what} Check the network and the coordinator's address if this goes on.`);
  }
}

/** A blob is not what its name says, or not of the form that its kind asks. */
export class BlobError extends LarderError {
  readonly code = 'blob';
}

/** A task that no coordinator with good intentions would set, or one that the learner cannot do. */
export class TaskError extends LarderError {
  readonly code = 'task';
}

/** The device's own data could not be read or written. Nothing was overwritten or dropped. */
export class StoreError extends LarderError {
  readonly code = 'store';
}
