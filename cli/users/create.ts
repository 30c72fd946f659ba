/** The command `create`: the way to the first administrator. */
import { randomInt } from 'node:crypto';
import { announce } from '../../functions/shared/domain/message';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { passwordProblems } from '../../functions/shared/domain/password-rules';
import { toSeconds } from '../../functions/shared/domain/session';
import { newLocator, newSessionDigits } from '../../functions/shared/domain/token';
import { InvalidFieldsError } from '../../functions/shared/http/errors';
import { bodySchema, checkFields, email, password, username } from '../../functions/shared/http/fields';
import type { FoundUser } from '../../functions/shared/store/users';
import { CliError } from '../program';
import type { Backend } from './backend';
import { type Arguments, type Command, textOption } from './command';
import { nameOf } from './find-user';
import { toJson } from './show';

/** Five bits each: digits and letters that look unlike each other. */
const LETTERS = '23456789abcdefghijkmnpqrstuvwxyz';
const DRAWN_CHARACTERS = 24;
/** As at signup. */
const DRAWS = 5;

export const create: Command = {
  summary: 'makes a user, of any role; asks for the password, or draws one with --generate',
  arguments: '<username>',
  options: { role: { type: 'string' }, email: { type: 'string' }, generate: { type: 'boolean' } },
  async run(backend, args) {
    const role = checkRole(backend, textOption(args, 'role'));
    const owner = readOwner(args);
    await refuseTaken(backend, owner);
    const drawn = args.values['generate'] ? drawPassword(backend.passwordRules.minLength) : undefined;
    const chosen = drawn ?? (await checkPassword(await askPassword(args), owner, backend));
    const passwordHash = await hashPassword(chosen, backend.bcryptCost);
    const user = await store(backend, { ...owner, role, passwordHash });
    return {
      json: { user: toJson(user), ...(drawn && { password: drawn }) },
      text: [
        `Created ${nameOf(user)} with the role ${role}.`,
        ...(drawn ? [`Password, shown this once: ${drawn}`] : []),
      ].join('\n'),
      isChange: true,
    };
  },
};

/** @throws CliError if the deployment has no such role. */
export function checkRole({ roles }: Pick<Backend, 'roles'>, role: string | undefined): string {
  if (role !== undefined && roles.includes(role)) return role;
  const found = role === undefined ? 'Which role? --role' : `There is no role "${role}". The roles are`;
  throw new CliError(`${found} ${roles.join(', ')}.`);
}

interface Owner {
  readonly username: string;
  /** Empty: none. */
  readonly email: string;
}

/** By the rules of a signup, but that there may be no address. */
function readOwner(args: Arguments): Owner {
  const [name] = args.positionals;
  const address = textOption(args, 'email');
  const unverified = new Map(
    Object.entries({ username: name, ...(address !== undefined && { email: address }) }),
  );
  const kinds = { username, ...(address !== undefined && { email }) };
  const { email: checked = '', ...rest } = checkFields(bodySchema(kinds, {}), unverified) as Record<
    string,
    string
  >;
  return { username: rest['username'] ?? '', email: checked };
}

const isTaken = (fields: readonly string[]) =>
  new CliError(`Another user has that ${fields.join(' and that ')}.`);

/** Before anybody types a password; the transaction decides. */
async function refuseTaken({ stores: { users } }: Backend, { username: name }: Owner): Promise<void> {
  if (await users.findNamed(await users.findLocator(name), name)) throw isTaken(['username']);
}

async function askPassword({ terminal }: Arguments): Promise<string> {
  if (!terminal.isInteractive)
    throw new CliError('Nobody is here to type a password: add --generate, and one is drawn and printed.');
  const typed = await terminal.askSecret('Password: ');
  if ((await terminal.askSecret('Again: ')) === typed) return typed;
  throw new CliError('These are two passwords. Nothing was done.');
}

/** @throws InvalidFieldsError */
async function checkPassword(text: string, owner: Owner, { passwordRules }: Backend): Promise<string> {
  const fields = checkFields(bodySchema({ password }, {}), new Map([['password', text]])) as Record<
    string,
    string
  >;
  const checked = fields['password'] ?? '';
  const problems = await passwordProblems(checked, owner, passwordRules);
  if (problems.length > 0) throw new InvalidFieldsError({ password: problems });
  return checked;
}

const drawPassword = (minLength: number): string =>
  Array.from({ length: Math.max(DRAWN_CHARACTERS, minLength) }, (_, index) =>
    index % 5 === 4 ? '-' : LETTERS.charAt(randomInt(LETTERS.length)),
  ).join('');

/** Under an id and at a locator that nobody has. */
async function store(
  { stores, announcementRules }: Backend,
  applicant: Owner & { readonly role: string; readonly passwordHash: string },
): Promise<FoundUser> {
  const { users, accounts } = stores;
  for (let attempt = 0; attempt < DRAWS; attempt += 1) {
    const id = await users.nextId();
    const now = toSeconds(Date.now());
    const key = { locator: newLocator(), session: newSessionDigits() };
    const user = { id, ...applicant, isActive: true, createdAt: now, sessionGeneration: 0 };
    const outgoing = { entries: announce({ event: 'user.created' }, user, announcementRules), now };
    const creation = await accounts.create({ user, key, outgoing });
    if (creation === 'created') return { ...user, locator: key.locator };
    if (typeof creation !== 'string')
      throw isTaken(creation.map((field) => (field === 'email' ? 'e-mail address' : field)));
  }
  throw new CliError('Every id that was drawn is taken. After a restore: npm run users -- after-restore.');
}
