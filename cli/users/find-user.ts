/** Finds the user that a command is about. */
import { MAX_EMAIL_CHARACTERS } from '../../functions/shared/domain/limits';
import { canonicalEmail, isEmail, toNfkc } from '../../functions/shared/domain/text';
import type { FoundUser } from '../../functions/shared/store/users';
import { CliError } from '../program';
import type { Backend, Stores } from './backend';
import { type Arguments, textOption } from './command';

export const userOptions = { by: { type: 'string' } } as const;

const ways = ['id', 'email', 'username'] as const;
type Way = (typeof ways)[number];

const inWords: Readonly<Record<Way, string>> = { id: 'id', email: 'e-mail address', username: 'username' };

/**
 * The user of the first argument: by id if it is a number, by e-mail address if it has an @, by username in any case.
 * @throws CliError if there is none, or if it could be two.
 */
export async function findUser({ stores, description }: Backend, args: Arguments): Promise<FoundUser> {
  const [text = ''] = args.positionals;
  const by = textOption(args, 'by');
  if (by !== undefined && !ways.some((way) => way === by))
    throw new CliError(`--by cannot be "${by}". It must be ${ways.join(', ')}.`);
  const found: { readonly way: Way; readonly user: FoundUser }[] = [];
  for (const way of ways) {
    const isMeant = by === undefined ? couldBe(way, text) : way === by;
    const user = isMeant ? await lookUp(way, text, stores) : undefined;
    if (user && found.every((other) => other.user.id !== user.id)) found.push({ way, user });
  }
  const [first, second] = found;
  if (first && second)
    throw new CliError(
      `${text} is the ${inWords[first.way]} of user ${first.user.id} and the ${inWords[second.way]} of user ${second.user.id}. Say which with --by ${first.way} or --by ${second.way}.`,
    );
  if (first) return first.user;
  throw new CliError(`There is no user ${JSON.stringify(text)} in ${description}.`);
}

const couldBe = (way: Way, text: string): boolean =>
  way === 'username' || (way === 'id' ? /^\d{1,15}$/.test(text) : text.includes('@'));

async function lookUp(way: Way, text: string, { users }: Stores): Promise<FoundUser | undefined> {
  if (way === 'id') return /^\d{1,15}$/.test(text) ? users.findById(Number(text)) : undefined;
  if (way === 'username') return users.findNamed(await users.findLocator(text), text);
  const address = toNfkc(text.trim(), MAX_EMAIL_CHARACTERS);
  const account = isEmail(address) ? await users.findByEmail(canonicalEmail(address)) : undefined;
  return account && users.find(account.locator, account.id);
}

/** `user 3 (alice)` */
export const nameOf = ({ id, username }: Pick<FoundUser, 'id' | 'username'>): string =>
  `user ${id} (${username})`;

/** When a user is gone between being found and being changed. */
export const deletedMeanwhile = (user: FoundUser): CliError =>
  new CliError(`Nothing was done: ${nameOf(user)} was deleted meanwhile.`);
