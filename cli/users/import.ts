/** `import`: users of Django, with their live tokens, or of our own export. */
import { toSeconds } from '../../functions/shared/domain/session';
import { parseDuration } from '../../lib/settings';
import { importUsers, type Outcome } from '../import/import-users';
import { detectFormat } from '../import/read-file';
import { parseRoleRules } from '../import/roles';
import { Survey } from '../import/survey';
import { CliError } from '../program';
import type { Backend } from './backend';
import { type Arguments, type Command, counted, numberOption, type Report, textOption } from './command';

const WRITES_PER_SECOND = 500;

export const importCommand: Command = {
  summary: 'takes users and live tokens over from Django; without --write it only reports',
  arguments: '<file>',
  options: {
    write: { type: 'boolean' },
    update: { type: 'boolean' },
    'on-conflict': { type: 'string' },
    'user-model': { type: 'string' },
    renumber: { type: 'boolean' },
    role: { type: 'string', multiple: true },
    default: { type: 'string' },
    'token-lifetime': { type: 'string' },
    'writes-per-second': { type: 'string' },
  },
  async run(backend, args) {
    const [file = ''] = args.positionals;
    const { values, terminal } = args;
    const writes = values['write'] === true;
    const skipsConflicts = checkOnConflict(textOption(args, 'on-conflict'));
    const written = Array.isArray(values['role']) ? values['role'].map(String) : [];
    const defaultRole = textOption(args, 'default') ?? backend.defaultRole;
    const roleRules = parseRoleRules(written, { roles: backend.roles, defaultRole });
    const tokenLifetimeSeconds = tokenLifetime(backend, args);
    const rate = numberOption(args, 'writes-per-second', { min: 1, max: 40_000 });
    const userModel = textOption(args, 'user-model')?.toLowerCase();
    const source = { file, format: await detectFormat(file), userModel };
    const survey = new Survey(source, { renumber: values['renumber'] === true });
    terminal.note(`Reading ${file}`);
    await survey.readFile();
    await survey.compare(backend.stores);
    const options = {
      ...{ roles: backend.roles, roleRules, tokenLifetimeSeconds, now: toSeconds(Date.now()) },
      updates: values['update'] === true,
      writesPerSecond: backend.isLocal ? undefined : (rate ?? WRITES_PER_SECOND),
      progress: (users: number) =>
        terminal.note(`${users.toLocaleString('en-US')} of ${counted(survey.users, 'user')}`),
    };
    const rehearse = () => importUsers(survey, backend.stores, { ...options, writes: false });
    // What stops an import is found before anything is written.
    const rehearsed = !writes || survey.hasConflicts() ? await rehearse() : undefined;
    const conflicts = rehearsed?.remarks.filter(({ isConflict }) => isConflict) ?? [];
    const isStopped = writes && conflicts.length > 0 && !skipsConflicts;
    const outcome =
      rehearsed && (!writes || isStopped)
        ? rehearsed
        : await importUsers(survey, backend.stores, { ...options, writes });
    const result = describe(survey, outcome, {
      isDone: writes && !isStopped,
      hasConflicts: conflicts.length > 0,
    });
    if (!isStopped) return result;
    terminal.note(result.text);
    throw new CliError(
      `Nothing was written: ${counted(conflicts.length, 'conflict')}. Rename in Django and dump again, or leave these users out with --on-conflict skip.`,
    );
  },
};

function checkOnConflict(text: string | undefined): boolean {
  if (text === undefined || text === 'skip') return text === 'skip';
  throw new CliError(`--on-conflict cannot be "${text}". It must be skip.`);
}

function tokenLifetime({ sessionLifetimeSeconds }: Backend, args: Arguments): number {
  const text = textOption(args, 'token-lifetime');
  if (text === undefined) return sessionLifetimeSeconds;
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new CliError(`--token-lifetime cannot be "${text}". It must be a time from 1m to 3650d, like 90d.`);
}

/** Every user who does not come fully, and why. */
function describe(
  survey: Survey,
  outcome: Outcome,
  { isDone, hasConflicts }: { readonly isDone: boolean; readonly hasConflicts: boolean },
): Report {
  const knox = survey.models.get('knox.authtoken') ?? 0;
  const others = [...survey.models].filter(([model]) => model !== 'knox.authtoken');
  const { created, tokens, sessions, alreadyHere, passwordsUpdated, tokensAdded, skipped, remarks } = outcome;
  const would = isDone ? '' : 'Would be ';
  const first = (text: string) => would + (would ? text : text.charAt(0).toUpperCase() + text.slice(1));
  return {
    json: {
      ...{
        written: isDone,
        users: survey.users,
        created,
        tokens,
        sessions,
        already_here: alreadyHere,
        skipped,
      },
      ...{
        passwords_updated: passwordsUpdated,
        tokens_added: tokensAdded,
        tokens_of_nobody: survey.tokensOfNobody,
      },
      knox_tokens: knox,
      remarks: remarks.map(({ username, reason, isConflict = false }) => ({
        username,
        reason,
        conflict: isConflict,
      })),
    },
    text: [
      `${counted(survey.users, 'user')} and ${counted(survey.tokens, 'token')} in ${survey.source.file}.`,
      `${first('taken over')}: ${counted(created, 'user')}, ${tokens.toLocaleString('en-US')} of them with live sessions (${sessions.toLocaleString('en-US')}). Already here: ${alreadyHere.toLocaleString('en-US')}. Skipped: ${skipped.toLocaleString('en-US')}.`,
      ...(passwordsUpdated + tokensAdded > 0
        ? [
            `${first('updated')}: ${counted(passwordsUpdated, 'password')}, ${counted(tokensAdded, 'new token')}.`,
          ]
        : []),
      ...(survey.givesIds ? ['Ids are given in the order of the file.'] : []),
      ...(knox > 0 ? [`Not taken over: ${counted(knox, 'token')} of knox. These users sign in again.`] : []),
      ...(survey.tokensOfNobody > 0
        ? [`Not taken over: ${counted(survey.tokensOfNobody, 'token')} of users who are not in the file.`]
        : []),
      ...others.map(([model, count]) => `Not looked at: ${count.toLocaleString('en-US')} of ${model}.`),
      ...(remarks.length > 0 ? ['', 'Not taken over fully:'] : []),
      ...remarks.map(
        ({ username, reason, isConflict }) => `  ${username}: ${reason}${isConflict ? ' (conflict)' : ''}`,
      ),
      '',
      ...advice(isDone, hasConflicts),
    ].join('\n'),
    isChange: isDone,
  };
}

const advice = (isDone: boolean, hasConflicts: boolean): readonly string[] =>
  isDone
    ? [
        'Delete the dump: its tokens are live keys. Switch the old server off after the cut-over: a logout there means nothing here, and one here means nothing there.',
      ]
    : [
        'Nothing was written. --write takes over what is said above.',
        ...(hasConflicts ? ['Conflicts stop it, unless --on-conflict skip leaves these users out.'] : []),
      ];
