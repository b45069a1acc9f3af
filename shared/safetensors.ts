import { ModelFormatError } from './errors.ts';
import { elementCount, Model, type TensorSpec } from './model.ts';

/**
 * The safetensors format (github.com/huggingface/safetensors): a little-endian 64-bit header length, a JSON header that
 * gives each tensor's dtype, shape and byte range, then the data. A model is stored and sent in this one form, so the
 * hash of a file on disk is the name that devices know the model by.
 */
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 1 << 20;

interface HeaderEntry {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The same model always gives the same bytes. */
export function encodeSafetensors(model: Model): Uint8Array {
  const header: Record<string, HeaderEntry> = {};
  let offset = 0;
  for (const { name, shape } of model.specs) {
    const end = offset + elementCount(shape) * 4;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(text, LENGTH_BYTES);
  const { values } = model;
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), LENGTH_BYTES + headerBytes);
  return bytes;
}

/**
 * @throws ModelFormatError unless the bytes are whole, every tensor is F32, and the tensors lie one after another in
 * the order of the header, without gaps: the form that `encodeSafetensors` writes.
 */
export function decodeSafetensors(bytes: Uint8Array): Model {
  const { specs, dataStart } = decodeHeader(bytes);
  // Copied, because the bytes may be a view at any offset, and Float32Array wants a multiple of four. Not by `slice`:
  // that of a Node Buffer copies nothing.
  const data = new Uint8Array(bytes.subarray(dataStart));
  return new Model(specs, new Float32Array(data.buffer));
}

function decodeHeader(bytes: Uint8Array): { specs: TensorSpec[]; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) throw new ModelFormatError('A safetensors file is at least 8 bytes long.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || LENGTH_BYTES + headerBytes > bytes.length) {
    throw new ModelFormatError(`The safetensors header claims ${headerBytes} bytes, more than there are.`);
  }
  const dataStart = LENGTH_BYTES + headerBytes;
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart));
  const specs: TensorSpec[] = [];
  let offset = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const shape = checkEntry(name, entry, offset);
    offset += elementCount(shape) * 4;
    specs.push({ name, shape });
  }
  if (dataStart + offset !== bytes.length) {
    throw new ModelFormatError(`The tensors need ${offset} bytes, but ${bytes.length - dataStart} follow the header.`);
  }
  return { specs, dataStart };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // Reported below, with the other ways not to be a header.
  }
  throw new ModelFormatError('The safetensors header is not a JSON object.');
}

function checkEntry(name: string, entry: unknown, expectedOffset: number): number[] {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<keyof HeaderEntry, unknown>>;
  if (dtype !== 'F32') throw new ModelFormatError(`Tensor "${name}" is ${String(dtype)}; only F32 is supported.`);
  if (!Array.isArray(shape) || !shape.every(size => Number.isSafeInteger(size) && size >= 0)) {
    throw new ModelFormatError(`Tensor "${name}" has no valid shape.`);
  }
  const end = expectedOffset + elementCount(shape as number[]) * 4;
  if (!Array.isArray(offsets) || offsets[0] !== expectedOffset || offsets[1] !== end) {
    throw new ModelFormatError(`Tensor "${name}" does not lie directly behind the tensor before it.`);
  }
  return shape as number[];
}
