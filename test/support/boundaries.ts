import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';

/** Which folders the files of a folder may import from. Tests may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: ['shared'],
  client: ['shared', 'client'],
  server: ['shared', 'server'],
  simulations: ['shared', 'client', 'server', 'simulations'],
  test: ['shared', 'client', 'server', 'simulations', 'test'],
};

/** Names that exist in Node and not in browsers. */
const NODE_GLOBALS: ReadonlySet<string> = new Set([
  'Buffer',
  'NodeJS',
  'process',
  'global',
  'require',
  'module',
  '__dirname',
  '__filename',
  'setImmediate',
  'clearImmediate',
]);

/** Packages that need Node. */
const NODE_PACKAGES: ReadonlySet<string> = new Set([...builtinModules, 'ws', 'bufferutil']);

/** Where a file breaks the rules on who imports whom and what runs in browsers. `path` is relative to the repository. */
export function violations(path: string, text: string): string[] {
  const folder = path.split('/')[0]!;
  const found: string[] = [];
  for (const { fileName: specifier } of ts.preProcessFile(text, true, true).importedFiles) {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      if (!MAY_IMPORT[folder]?.includes(target.split('/')[0]!)) found.push(`${path} may not import ${target}`);
      else if (runsInBrowsers(path) && !runsInBrowsers(target))
        found.push(`${path} runs in browsers, ${target} does not`);
    } else if (runsInBrowsers(path) && needsNode(specifier)) {
      found.push(`${path} runs in browsers, "${specifier}" does not`);
    }
  }
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (folder !== 'test' && isMathRandom(node)) found.push(`${path} uses Math.random`);
    const name = globalName(node);
    if (runsInBrowsers(path) && name !== undefined && NODE_GLOBALS.has(name)) {
      found.push(`${path} runs in browsers, where there is no ${name}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `shared/`, and `client/` but for what is named node*.ts or *-node.ts. */
function runsInBrowsers(path: string): boolean {
  if (path.startsWith('shared/')) return true;
  return path.startsWith('client/') && !/^node|-node\.ts$/.test(posix.basename(path));
}

function needsNode(specifier: string): boolean {
  return specifier.startsWith('node:') || NODE_PACKAGES.has(specifier) || NODE_PACKAGES.has(specifier.split('/')[0]!);
}

function isMathRandom(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'random' && endsIn(node.expression, 'Math');
  if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression)) return false;
  return node.argumentExpression.text === 'random' && endsIn(node.expression, 'Math');
}

/** `Math`, or `globalThis.Math`. */
function endsIn(node: ts.Expression, name: string): boolean {
  return ts.isIdentifier(node) ? node.text === name : ts.isPropertyAccessExpression(node) && node.name.text === name;
}

/** The name, where a node reads a global variable or a type of that name; members of other things are not globals. */
function globalName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && endsIn(node.expression, 'globalThis')) return node.name.text;
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  const isMember = (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) && node === lastName(parent);
  const isDeclared = 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
  return isMember || isDeclared ? undefined : node.text;
}

function lastName(node: ts.PropertyAccessExpression | ts.QualifiedName): ts.Node {
  return ts.isQualifiedName(node) ? node.right : node.name;
}
