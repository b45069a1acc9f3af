#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { accountCommand } from './account.ts';
import { benchCommand } from './bench.ts';
import { compareCommand } from './compare.ts';
import { deviceCommand } from './device.ts';
import { EXIT, reportError } from './output.ts';
import { reportCommand } from './report.ts';
import { reproduceCommand } from './reproduce.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { togetherCommand } from './together.ts';
import { tuneCommand } from './tune.ts';
import { workerCommand } from './worker.ts';

const program = new Command('larder')
  .description("Train a retail recommender on purchase histories that never leave the shoppers' devices.")
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()
  .addCommand(simulateCommand())
  .addCommand(compareCommand())
  .addCommand(reportCommand())
  .addCommand(workerCommand())
  .addCommand(reproduceCommand())
  .addCommand(tuneCommand())
  .addCommand(serveCommand())
  .addCommand(deviceCommand())
  .addCommand(togetherCommand())
  .addCommand(accountCommand())
  .addCommand(benchCommand());

for (const command of program.commands) command.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportError(error);
}
