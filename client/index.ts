export { CatalogueError, type CatalogueItem } from '../shared/catalogue.ts';
export { LarderError, SettingsError } from '../shared/errors.ts';
export type { Interaction } from '../shared/history.ts';
export type { Pace } from '../shared/protocol/messages.ts';
export { deviceRandom } from '../shared/random/device.ts';
export { BlobCache } from './blob-cache.ts';
export type { Clock } from './clock.ts';
export type { Socket, SocketConstructor } from './connection.ts';
export { Device } from './device.ts';
export {
  BlobError,
  ConnectionLostError,
  DeviceStateError,
  NotReadyError,
  RefusedError,
  StoreError,
  TaskError,
} from './errors.ts';
export type { DeviceEvent } from './events.ts';
export { DEVICE_LIMITS, type DeviceLimits } from './limits.ts';
export { MemoryStore } from './memory-store.ts';
export type { DeviceOptions } from './options.ts';
export type { DeviceState } from './state.ts';
export type { DeviceStore, Progress, StoredBlob, StoredDevice } from './store.ts';
export type { RandomFor, Recommendation } from './trainer.ts';
