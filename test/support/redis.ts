import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { describeIf } from './data.ts';

/** Debian's, found on the PATH. */
const EXECUTABLE = 'redis-server';

/** Runs a suite where redis-server is installed, and says so where it is not (LARDER_REQUIRE=redis: then it fails). */
export function describeWithRedis(name: string, suite: () => void): void {
  describeIf(installed(), 'redis', `${name} [needs redis-server]`, suite);
}

function installed(): boolean {
  try {
    execFileSync(EXECUTABLE, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A Redis of the test's own, in memory alone; it does not outlive the test. */
export class RedisServer {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'larder-redis-'));
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(...options: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    onTestFinished(async () => {
      await server.stop();
      rmSync(server.#folder, { recursive: true, force: true });
    });
    await server.start(...options);
    return server;
  }

  /** Begins with nothing, on the same port as before. */
  async start(...options: readonly string[]): Promise<void> {
    const parameters = ['--port', `${this.#port}`, '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder];
    const child = spawn(EXECUTABLE, [...parameters, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Ready to accept connections')) resolve();
      });
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`redis-server ended:\n${said}`)));
    });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
