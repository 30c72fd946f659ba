/** `export`: all users, as a fixture that stock Django loads, or as lines that `import` takes. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { isExpired, toSeconds } from '../../functions/shared/domain/session';
import type { Imported, WithImport } from '../../functions/shared/store/imports';
import { unusableHash } from '../import/plan';
import { fromJson, toJson } from '../import/read-file';
import { CliError } from '../program';
import type { Backend } from './backend';
import { type Command, counted, textOption } from './command';

interface Counts {
  users: number;
  sessions: number;
  unusable: number;
  needBcrypt: number;
  needMd5: number;
}

export const exportCommand: Command = {
  summary: 'writes all users as a fixture of Django, or as lines for import',
  arguments: '<file>',
  options: { format: { type: 'string' }, model: { type: 'string' } },
  async run(backend, args) {
    const [file = ''] = args.positionals;
    const format = textOption(args, 'format');
    const model = textOption(args, 'model');
    if (format !== 'django' && format !== 'jsonl') throw new CliError('--format must be django or jsonl.');
    if (model !== undefined && !/^\w+\.\w+$/.test(model))
      throw new CliError(`--model cannot be "${model}". It must be one like people.user.`);
    if (model !== undefined && format !== 'django') throw new CliError('--model goes with --format django.');
    const counts: Counts = { users: 0, sessions: 0, unusable: 0, needBcrypt: 0, needMd5: 0 };
    // Hashes and digests are nobody else's business on this machine.
    const output = createWriteStream(file, { mode: 0o600 });
    const lines = format === 'django' ? fixture(backend, model, counts) : exportLines(backend, counts);
    try {
      for await (const line of lines) await print(output, line);
      output.end();
      await finished(output);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code ? new CliError(`${file} cannot be written (${code}).`) : error;
    }
    return {
      json: {
        file,
        format,
        ...{ users: counts.users, sessions: counts.sessions },
        unusable_passwords: counts.unusable,
      },
      text: [
        `Wrote ${counted(counts.users, 'user')} to ${file}.`,
        ...(format === 'django'
          ? remarks(counts)
          : [`With ${counted(counts.sessions, 'live session')}: npm run users -- import ${file}`]),
        'The file has password hashes. Delete it when it was loaded.',
      ].join('\n'),
      isChange: true,
    };
  },
};

async function print(output: Writable, line: string): Promise<void> {
  if (!output.write(line))
    await new Promise((resolve, reject) => output.once('drain', resolve).once('error', reject));
}

const remarks = ({ unusable, needBcrypt, needMd5 }: Counts): readonly string[] => [
  'manage.py loaddata takes it. Tokens cannot go back, only their digests are here: everybody signs in once.',
  ...(unusable > 0 ? [`${counted(unusable, 'user')} without a usable password: they sign in by reset.`] : []),
  'Hashes that were made here need pip install bcrypt.',
  ...(needBcrypt > 0
    ? [
        `${counted(needBcrypt, 'hash').replace(/hashs$/, 'hashes')} of plain bcrypt: add BCryptPasswordHasher to PASSWORD_HASHERS.`,
      ]
    : []),
  ...(needMd5 > 0
    ? [
        `${counted(needMd5, 'hash').replace(/hashs$/, 'hashes')} of MD5: add MD5PasswordHasher to PASSWORD_HASHERS.`,
      ]
    : []),
];

/** What the users came with, as far as it decides about the others. */
interface Shape {
  readonly model: string;
  /** Whether ids are the numbers that Django knows. */
  readonly hasNumbers: boolean;
  readonly hasRole: boolean;
}

async function findShape({ stores }: Backend, model: string | undefined): Promise<Shape> {
  for await (const page of stores.imports.scanAccounts())
    for (const { imported } of page) {
      if (!imported) continue;
      const own = model?.toLowerCase() ?? imported.model;
      const hasRole = own !== STOCK && 'role' in fromJson(imported.django);
      return { model: own, hasNumbers: typeof imported.importedPk === 'number', hasRole };
    }
  const own = model?.toLowerCase() ?? STOCK;
  return { model: own, hasNumbers: true, hasRole: own !== STOCK };
}

const STOCK = 'auth.user';

/** Of `auth.User`: one that it does not have makes the whole file fail. */
const stockMembers = new Set(
  'last_login is_superuser first_name last_name is_staff date_joined groups user_permissions'.split(' '),
);

async function* fixture(backend: Backend, model: string | undefined, counts: Counts): AsyncGenerator<string> {
  const shape = await findShape(backend, model);
  let separator = '[\n';
  for await (const { django } of backend.stores.imports.scanGroups()) {
    yield separator + django;
    separator = ',\n';
  }
  for await (const page of backend.stores.imports.scanAccounts())
    for (const account of page) {
      counts.users += 1;
      yield separator + toJson(toFixture(account, shape, counts));
      separator = ',\n';
    }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

function toFixture({ user, imported }: WithImport, shape: Shape, counts: Counts) {
  const members = Object.entries(imported ? fromJson(imported.django) : {});
  const kept = Object.fromEntries(
    members.filter(([name]) => shape.model !== STOCK || stockMembers.has(name)),
  );
  const joined = typeof kept['date_joined'] === 'string' ? Date.parse(kept['date_joined']) : Number.NaN;
  const isAsJoined = Math.floor(joined / 1000) === user.createdAt;
  const hasJoined = !imported || 'date_joined' in kept;
  const fields = {
    ...kept,
    password: toDjangoHash(user.passwordHash, counts),
    username: user.username,
    email: user.email,
    is_active: user.isActive,
    ...(hasJoined && !isAsJoined && { date_joined: new Date(user.createdAt * 1000).toISOString() }),
    ...(shape.hasRole && { role: user.role }),
  };
  const pk = primaryKey(user.id, imported, shape);
  return { model: shape.model, ...(pk !== undefined && { pk }), fields };
}

/** Without one, Django finds a user by name, or gives a number. */
function primaryKey(
  id: number,
  imported: Imported | undefined,
  { hasNumbers }: Shape,
): number | string | undefined {
  if (imported) return imported.importedPk;
  return hasNumbers ? id : undefined;
}

function toDjangoHash(hash: string, counts: Counts): string {
  if (hash.startsWith('!')) counts.unusable += 1;
  if (hash.startsWith('!')) return hash.length === 41 ? hash : unusableHash();
  if (hash.startsWith('md5$')) counts.needMd5 += 1;
  const django = hash.startsWith('$2') ? `bcrypt$${hash}` : hash;
  if (django.startsWith('bcrypt$')) counts.needBcrypt += 1;
  return django;
}

async function* exportLines({ stores }: Backend, counts: Counts): AsyncGenerator<string> {
  const now = toSeconds(Date.now());
  yield `${JSON.stringify({ format: 'token-auth', version: 1, exportedAt: now })}\n`;
  for await (const group of stores.imports.scanGroups()) yield `${JSON.stringify({ group })}\n`;
  for await (const page of stores.imports.scanAccounts())
    for (const { user, imported } of page) {
      const { sessions: stored } = await stores.sessions.list(user.locator);
      const sessions = stored
        .filter(
          ({ session }) => session.userId === user.id && session.sessionGeneration === user.sessionGeneration,
        )
        .filter(({ session }) => !isExpired(session, now))
        .map(({ key, session }) => ({ digits: key.session, ...session }));
      counts.users += 1;
      counts.sessions += sessions.length;
      yield `${JSON.stringify({ user, sessions, imported })}\n`;
    }
}
