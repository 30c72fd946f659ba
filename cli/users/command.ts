/** What a command of `npm run users` is. */
import type { ParseArgsConfig } from 'node:util';
import { CliError } from '../program';
import type { Backend } from './backend';
import type { Terminal } from './terminal';

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** `<user> [role]`: those in brackets may be left out. */
  readonly arguments: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Absent: the command has printed everything. */
  run(backend: Backend, args: Arguments): Promise<Report | undefined>;
}

/** What was typed after the command, and where to say and ask something. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly terminal: Terminal;
  /**
   * Asks before what cannot be undone.
   * @throws CliError if the answer is no, or nobody can be asked and there is no `--yes`.
   */
  confirm(what: string): Promise<void>;
}

export interface Report {
  /** What `--json` prints, besides `where` and `by`. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Whether it also says where, and as whom. */
  readonly isChange?: boolean;
}

/** The value of an option that takes text; `undefined` if it was not given. */
export const textOption = ({ values }: Arguments, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

/** @throws CliError if an option is not a whole number in a range. */
export function numberOption(
  args: Arguments,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new CliError(`--${name} cannot be "${text}". It must be a whole number from ${min} to ${max}.`);
}

/** The columns of rows, aligned. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length));
  const pad = (text: string, column: number) => text + ' '.repeat(width(column) - [...text].length);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** `1 user`, `1,200 users`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
