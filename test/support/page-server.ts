import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** One script for browsers of an entry file and all that it imports, by their paths in the repository. Fails where one needs Node. */
export async function bundle(entry: string): Promise<{ script: string; inputs: readonly string[] }> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return { script: result.outputFiles[0]!.text, inputs: Object.keys(result.metafile.inputs) };
}

export interface PageServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * A page with one script, under a policy that allows scripts of its own server only, and nothing like eval: WebAssembly
 * neither, unless it is asked for.
 */
export async function servePage(script: string, webAssembly: boolean): Promise<PageServer> {
  const scripts = webAssembly ? " script-src 'self' 'wasm-unsafe-eval';" : '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', `default-src 'self';${scripts} connect-src ws://127.0.0.1:*`);
    response.end(
      isScript ? script : '<!doctype html><title>Larder</title><script type="module" src="/page.js"></script>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
