/** `npm run users`: finds the command and the backend, runs the one on the other, prints what came of it. */
import type { ParseArgsConfig } from 'node:util';
import { InvalidFieldsError } from '../../functions/shared/http/errors';
import { sanitizeText } from '../../local/log/terminal';
import { CliError, checkUrl, readArguments } from '../program';
import type { Backend } from './backend';
import { type Arguments, type Command, columns, type Report } from './command';
import { commands } from './commands';
import { openLocal } from './local-server';
import { openStack } from './stack';
import type { Terminal } from './terminal';

/** What every command takes. */
const commonOptions = {
  stage: { type: 'string' },
  stack: { type: 'string' },
  local: { type: 'boolean' },
  'data-dir': { type: 'string' },
  dynamodb: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** @throws CliError in one line for everything that went wrong. */
export async function users(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  const [name, command] = findCommand(words);
  if (!command) {
    if (name === undefined && words.includes('--help')) return terminal.print(help());
    const found = name === undefined ? 'Which command?' : `There is no command "${name}".`;
    throw new CliError(`${found} There are ${Object.keys(commands).join(', ')}. npm run users -- --help`);
  }
  const { values, positionals } = readArguments(words, { ...commonOptions, ...command.options });
  const usage = usageOf(name, command);
  if (values['help']) return terminal.print(`${usage}\n${command.summary}`);
  const [, ...rest] = positionals;
  checkCount(rest, command, usage);
  const args = { positionals: rest, values, terminal, confirm: confirmWith(values, terminal) };
  const backend = await open(values, environment);
  try {
    print(await command.run(backend, args), { backend, args });
  } catch (error) {
    throw explain(error, backend);
  } finally {
    terminal.close();
    await backend.close();
  }
}

/** Options may come before the command, so those of all commands are known while it is looked for. */
function findCommand(words: readonly string[]): readonly [string | undefined, Command | undefined] {
  const options = Object.assign({}, commonOptions, ...Object.values(commands).map((each) => each.options));
  const [name] = readArguments(words, options, { isStrict: false }).positionals;
  return [name, name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined];
}

function usageOf(name: string | undefined, command: Command): string {
  const options = Object.entries(command.options ?? {});
  const listed = options.map(([option, { type }]) => `[--${option}${type === 'string' ? ' …' : ''}]`);
  return ['npm run users --', name, command.arguments, ...listed].filter(Boolean).join(' ');
}

function checkCount(given: readonly string[], command: Command, usage: string): void {
  const needed = command.arguments.match(/</g)?.length ?? 0;
  const possible = needed + (command.arguments.match(/\[/g)?.length ?? 0);
  if (given.length < needed || given.length > possible) throw new CliError(`Usage: ${usage}`);
}

function help(): string {
  const rows = Object.entries(commands).map(([name, command]) => [
    `  ${name} ${command.arguments}`,
    command.summary,
  ]);
  return [
    'npm run users -- <command> --stage <stage> | --stack <name> | --local [--data-dir <folder>] [--dynamodb <url>]',
    '',
    columns(rows),
    '',
    'A user is named by username, e-mail address or id. --json prints JSON, --yes does not ask. docs/operating.md',
  ].join('\n');
}

/** @throws CliError unless it is clear which backend is meant. */
async function open(
  values: Readonly<Record<string, unknown>>,
  { DATA_DIR, AWS_ENDPOINT_URL_DYNAMODB, ...environment }: NodeJS.ProcessEnv,
): Promise<Backend> {
  const { stage, stack, local, 'data-dir': folder, dynamodb } = values;
  if ([stage, stack, local].filter((place) => place !== undefined).length !== 1)
    throw new CliError('Whose users? Give one of --stage <stage>, --stack <name> and --local.');
  if (!local && (folder !== undefined || dynamodb !== undefined))
    throw new CliError('--data-dir and --dynamodb go with --local.');
  if (!local) return openStack(stack === undefined ? `TokenAuth-${stage}` : String(stack), environment);
  const dynamoDb = String(dynamodb ?? AWS_ENDPOINT_URL_DYNAMODB ?? '');
  return openLocal({
    dataDir: String(folder ?? (DATA_DIR || '.local')),
    dynamoDb: dynamoDb && checkUrl(dynamoDb),
  });
}

const confirmWith =
  (values: Readonly<Record<string, unknown>>, terminal: Terminal): Arguments['confirm'] =>
  async (what) => {
    if (values['yes']) return;
    if (!terminal.isInteractive)
      throw new CliError(`${what} This cannot be undone, and nobody is here to confirm it: add --yes.`);
    const answer = await terminal.ask(`${what} This cannot be undone. Type yes to go on: `);
    if (answer.trim().toLowerCase() !== 'yes') throw new CliError('Nothing was done.');
  };

function print(
  report: Report | undefined,
  { backend, args }: { readonly backend: Backend; readonly args: Arguments },
): void {
  if (!report) return;
  const { description: where, operator: by } = backend;
  // A name, an address or a device must not move the cursor.
  const text = report.text.split('\n').map(sanitizeText).join('\n');
  const inWords = report.isChange ? `${text}\n(${where}, as ${by})` : text;
  args.terminal.print(args.values['json'] ? JSON.stringify({ ...report.json, where, by }) : inWords);
}

/** One line, never a stack trace. */
function explain(error: unknown, backend: Backend): Error {
  if (error instanceof InvalidFieldsError) {
    const problems = Object.entries(error.fields).map(([field, texts]) => `${field}: ${texts.join(' ')}`);
    return new CliError(problems.join(' '));
  }
  return backend.explain(error);
}
