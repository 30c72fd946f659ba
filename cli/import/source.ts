/** Both kinds of file as one stream of what an import looks at. */
import type { Session } from '../../functions/shared/domain/session';
import type { User } from '../../functions/shared/domain/user';
import type { Imported } from '../../functions/shared/store/imports';
import { CliError } from '../program';
import { type FixtureObject, readFixture, readLines, toJson } from './read-file';

/** A user of our own export. */
interface ExportedAccount {
  readonly locator: string;
  readonly user: User;
  readonly sessions: readonly (Session & { readonly digits: string })[];
  readonly imported?: Imported;
}

export type Entry =
  | {
      readonly kind: 'user';
      readonly model: string;
      readonly pk: unknown;
      readonly fields: Readonly<Record<string, unknown>>;
      /** Absent in a dump of Django. */
      readonly account?: ExportedAccount;
    }
  | { readonly kind: 'token'; readonly key: string; readonly user: unknown; readonly created: unknown }
  | { readonly kind: 'group'; readonly pk: unknown; readonly name: string; readonly django: string }
  | { readonly kind: 'other'; readonly model: string };

export interface Source {
  readonly file: string;
  readonly format: 'django' | 'jsonl';
  /** `people.user`; absent: whichever has passwords and usernames. */
  readonly userModel?: string | undefined;
}

export async function* readEntries(source: Source): AsyncGenerator<Entry> {
  if (source.format === 'jsonl') yield* readExport(source.file);
  else for await (const object of readFixture(source.file)) yield toEntry(object, source.userModel);
}

function toEntry({ model, pk, fields }: FixtureObject, userModel: string | undefined): Entry {
  const isUser = userModel ? model === userModel : 'password' in fields && 'username' in fields;
  if (isUser) return { kind: 'user', model, pk, fields };
  if (model === 'authtoken.token')
    return { kind: 'token', key: String(pk), user: fields['user'], created: fields['created'] };
  if (model !== 'auth.group') return { kind: 'other', model };
  return { kind: 'group', pk, name: String(fields['name']), django: toJson({ model, pk, fields }) };
}

async function* readExport(file: string): AsyncGenerator<Entry> {
  for await (const line of readLines(file)) {
    if (line.format !== undefined) {
      if (line.format === 'token-auth' && line.version === 1) continue;
      throw new CliError(
        `${file} has the format ${line.format} ${line.version}, which this version does not know.`,
      );
    }
    if (line.group) yield { kind: 'group', pk: undefined, name: line.group.name, django: line.group.django };
    if (!line.user) continue;
    const { locator, ...user } = line.user;
    const { username, email } = user;
    const account = {
      locator,
      user,
      sessions: line.sessions ?? [],
      ...(line.imported && { imported: line.imported }),
    };
    yield { kind: 'user', model: '', pk: user.id, fields: { username, email }, account };
  }
}
