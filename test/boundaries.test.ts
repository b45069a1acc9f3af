import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { violations } from './support/boundaries.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['shared', 'client', 'server', 'simulations', 'test'];

function sourceFiles(folder: string): string[] {
  const names = readdirSync(posix.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter(name => name.endsWith('.ts')).map(name => posix.join(folder, name.replaceAll(sep, '/')));
}

describe('imports run one way, and what runs in browsers needs nothing of Node', () => {
  it.each(FOLDERS)('in %s/', folder => {
    const files = sourceFiles(folder);
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(path => violations(path, readFileSync(posix.join(ROOT, path), 'utf8')))).toEqual([]);
  });
});

describe('the check', () => {
  it.each([
    ['shared/a/b.ts', "import { Device } from '../../client/device.ts';"],
    ['shared/a.ts', "import type { Fleet } from '../server/fleet.ts';"],
    ['shared/a.ts', "export * from '../simulations/index.ts';"],
    ['shared/a.ts', "const x = await import('../server/index.ts');"],
    ['shared/a.ts', "type X = import('../server/index.ts').X;"],
    ['shared/a.ts', "import x from '../test/support/data.ts';"],
    ['shared/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['shared/a.ts', "import 'fs';"],
    ['shared/a.ts', "import { join } from 'path/posix';"],
    ['shared/a.ts', "import { WebSocket } from 'ws';"],
    ['client/a.ts', "import { Gateway } from '../server/index.ts';"],
    ['client/a.ts', "import { simulate } from '../simulations/index.ts';"],
    ['client/a.ts', "import { FileStore } from './node-file-store.ts';"],
    ['client/a.ts', "import fs from 'node:fs';"],
    ['client/node-a.ts', "import { Gateway } from '../server/index.ts';"],
    ['server/a.ts', "import { Device } from '../client/index.ts';"],
    ['server/deep/a.ts', "import type { Run } from '../../simulations/index.ts';"],
    ['simulations/a.ts', "import { describeWithData } from '../test/support/data.ts';"],
    ['shared/a.ts', 'const x = Math.random();'],
    ['client/node-a.ts', 'const f = Math.random;'],
    ['server/a.ts', "const x = Math['random']();"],
    ['simulations/a.ts', 'const x = globalThis.Math.random();'],
    ['shared/a.ts', 'const x = Buffer.from(bytes);'],
    ['shared/a.ts', 'function f(x: Buffer): void {}'],
    ['shared/a.ts', 'const timer: NodeJS.Timeout = f();'],
    ['shared/a.ts', 'f(() => process);'],
    ['client/a.ts', 'if (process.env.DEBUG) f();'],
    ['client/a.ts', 'const x = { process };'],
    ['client/a.ts', 'globalThis.process.exit();'],
    ['client/a.ts', 'setImmediate(f);'],
    ['client/a.ts', "const x = typeof Buffer === 'undefined';"],
  ])('finds what is wrong in %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });

  it.each([
    ['shared/a.ts', "import { Model } from './model.ts'; import * as z from 'zod'; import 'pure-rand/types/X';"],
    ['client/a.ts', "import { Model } from '../shared/model.ts'; export * from './b.ts';"],
    ['client/node-a.ts', "import fs from 'node:fs'; import { d } from './device.ts'; process.exit(Buffer.length);"],
    ['server/a.ts', "import http from 'node:http'; import { Model } from '../shared/model.ts'; setImmediate(f);"],
    ['simulations/a.ts', "import { Device } from '../client/index.ts'; import { Gateway } from '../server/index.ts';"],
    ['test/a/b.ts', "import x from '../../simulations/index.ts'; Math.random();"],
    ['shared/a.ts', '// Math.random, Buffer, process\nconst x = "Buffer process Math.random()";'],
    ['shared/a.ts', 'hash.process(view); const x = { process: 1 }; class A { process(): void {} }'],
    ['shared/a.ts', 'const x = random.float(); const y = Math.floor(2.5);'],
  ])('finds nothing wrong in %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});
