/**
 * The deployer's settings: the `auth` object in `cdk.json`, whose members `-c name=value` overrides.
 * An invalid value stops the synthesis with a message that names the setting, the value and what is allowed.
 */
import * as v from 'valibot';
import type { TokenAuthProps } from './token-auth-props';

type SettingName = keyof TokenAuthProps;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: MINUTE, h: HOUR, d: DAY };

/** Normalises to text: `-c` passes text, `cdk.json` also numbers and lists. */
const written = v.pipe(
  v.union([v.string(), v.number(), v.array(v.string())], 'text, a number or a list'),
  v.transform((value) => String(value).trim()),
);

/** Seconds of a text like 90d, from a minute to ten years; `undefined` for any other. */
export const parseDuration = (text: string): number | undefined => {
  const result = v.safeParse(duration(MINUTE, ''), text);
  return result.success ? result.output : undefined;
};

const duration = (minSeconds: number, allowed: string, maxSeconds = 3650 * DAY) =>
  v.pipe(
    written,
    v.regex(/^\d{1,6}[smhd]$/, allowed),
    v.transform((text) => Number(text.slice(0, -1)) * (SECONDS_OF_UNIT[text.slice(-1)] ?? 0)),
    v.check((seconds) => seconds >= minSeconds && seconds <= maxSeconds, allowed),
  );

const wholeNumber = (min: number, max: number) => {
  const allowed = `a whole number from ${min} to ${max}`;
  return v.pipe(
    written,
    v.regex(/^\d{1,9}$/, allowed),
    v.transform(Number),
    v.check((number) => number >= min && number <= max, allowed),
  );
};

const onOrOff = () =>
  v.pipe(
    v.union([v.string(), v.boolean()], 'on or off'),
    v.transform((value) => String(value).trim()),
    v.picklist(['on', 'off', 'true', 'false'], 'on or off'),
    v.transform((text) => text === 'on' || text === 'true'),
  );

const list = (member: RegExp, allowed: string) =>
  v.pipe(
    written,
    v.transform((text) => text.split(',').map((part) => part.trim())),
    v.check((members) => members.every((part) => member.test(part)), allowed),
    v.check((members) => new Set(members).size === members.length, `${allowed}, none twice`),
  );

const ROLES = 'upper-case names like CLERK or STORE_MANAGER, at most 32 characters each, separated by commas';
const roleList = () =>
  v.pipe(
    list(/^[A-Z][A-Z0-9_]{0,31}$/, ROLES),
    v.check((roles) => roles.length <= 50, 'at most 50 roles'),
  );

const ORIGINS =
  'origins like https://app.example.com without a path, separated by commas, or * alone, or none';
/** Scheme, host, port; also of apps in a web view, such as `capacitor://localhost`. Not `null`, which any sandboxed page can send. */
const SERIALISED_ORIGIN = /^([a-z][a-z0-9+.-]*:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?|\*)$/;
const originList = v.union(
  [
    v.pipe(
      written,
      v.picklist(['none', '']),
      v.transform((): string[] => []),
    ),
    v.pipe(
      list(SERIALISED_ORIGIN, ORIGINS),
      v.check((origins) => !origins.includes('*') || origins.length === 1, ORIGINS),
    ),
  ],
  ORIGINS,
);

/** The name is RFC 5322's atoms or a quoted string; the address has no character that means something in an IAM policy. */
const SENDER =
  /^(?:(?:[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*|"[ !#-[\]-~]+") <(?<address>[^<>]+)>|(?<bare>[^<> ]+))$/;
const ADDRESS =
  /^(?=.{1,64}@)[\w+=-]+(?:\.[\w+=-]+)*@(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;

/** The address of a sender such as `Name <no-reply@example.com>`. */
export function bareAddress(sender: string): string {
  const { address, bare } = SENDER.exec(sender)?.groups ?? {};
  return address ?? bare ?? '';
}

const sender = v.pipe(
  written,
  v.check(
    (text) => text === 'none' || (text.length <= 320 && ADDRESS.test(bareAddress(text))),
    'an ASCII address like no-reply@example.com or Example <no-reply@example.com>, or none',
  ),
  v.transform((text) => (text === 'none' ? undefined : text)),
);

const LINK_CHARACTERS = 200;
const LINK = `a URL of at most ${LINK_CHARACTERS} ASCII characters like https://app.example.com/reset#uid={uid}&token={token} (https, {uid} once, {token} once and after the #), or none`;

/** A link in a message. */
const link = () =>
  v.pipe(
    written,
    v.check((text) => text === 'none' || isLink(text), LINK),
    v.transform((text) => (text === 'none' ? undefined : text)),
  );

/** What follows the `#` is not sent to a server, so no log or referrer contains the token. */
function isLink(text: string): boolean {
  if (text.length > LINK_CHARACTERS || !/^[!-~]+$/.test(text) || /["<>\\^`|]/.test(text)) return false;
  const placeholders = text.match(/\{.*?\}/g) ?? [];
  if (placeholders.sort().join() !== '{token},{uid}') return false;
  const [beforeHash = ''] = text.split('#', 1);
  if (beforeHash.includes('{token}') || /[{}]/.test(text.replace(/\{(uid|token)\}/g, ''))) return false;
  return (
    /^(https:\/\/[a-z0-9.-]+|http:\/\/(127\.0\.0\.1|localhost))(:\d{1,5})?[/?#]/i.test(text) &&
    URL.canParse(text)
  );
}

const schema = v.object({
  stage: v.optional(
    v.pipe(written, v.regex(/^[a-z][a-z0-9]{0,15}$/, 'a short lower-case name like dev or prod')),
    'dev',
  ),
  roles: v.optional(roleList(), 'CLERK,MANAGER,ADMIN'),
  signupRoles: v.optional(roleList(), 'CLERK'),
  tokenLifetime: v.optional(duration(MINUTE, 'a time from 1m to 3650d, like 30m, 12h or 7d'), '7d'),
  sessionLifetime: v.optional(duration(MINUTE, 'a time from 1m to 3650d, like 12h or 90d'), '90d'),
  sessionsPerUser: v.optional(wholeNumber(1, 1000), '20'),
  bcryptCost: v.optional(wholeNumber(10, 14), '10'),
  passwordMinLength: v.optional(wholeNumber(8, 64), '8'),
  passwordBlocklist: v.optional(onOrOff(), 'off'),
  corsOrigins: v.optional(originList, 'none'),
  rateLimits: v.optional(onOrOff(), 'on'),
  loginFailures: v.optional(wholeNumber(1, 100), '5'),
  loginWait: v.optional(duration(1, 'a time from 1s to 3650d, like 1s or 1m'), '1s'),
  loginWaitMax: v.optional(duration(1, 'a time from 1s to 3650d, like 15m'), '15m'),
  loginFailuresKept: v.optional(duration(MINUTE, 'a time from 1m to 3650d, like 1d'), '1d'),
  loginsPerAddress: v.optional(wholeNumber(1, 1_000_000), '100'),
  signupsPerAddress: v.optional(wholeNumber(1, 1_000_000), '30'),
  addressWindow: v.optional(duration(MINUTE, 'a time from 1m to 3650d, like 10m'), '10m'),
  requestsPerSecond: v.optional(wholeNumber(1, 10_000), '100'),
  hashesPerSecond: v.optional(wholeNumber(1, 10_000), '10'),
  emailFrom: v.optional(sender, 'none'),
  messages: v.optional(v.pipe(written, v.picklist(['none', 'eventbridge'], 'eventbridge or none')), 'none'),
  resetUrl: v.optional(link(), 'none'),
  activationUrl: v.optional(link(), 'none'),
  deletionUrl: v.optional(link(), 'none'),
  messageLifetime: v.optional(duration(MINUTE, 'a time from 1m to 24h, like 10m', DAY), '10m'),
  emailVerification: v.optional(
    v.pipe(written, v.picklist(['off', 'optional', 'required'], 'off, optional or required')),
    'off',
  ),
  events: v.optional(onOrOff(), 'off'),
  monitoring: v.optional(onOrOff(), 'off'),
  alarmEmail: v.optional(
    v.pipe(
      written,
      v.regex(/^(none|[^@\s,]+@[^@\s,]+\.[^@\s,]+)$/, 'an e-mail address, or none'),
      v.transform((address) => (address === 'none' ? undefined : address)),
    ),
    'none',
  ),
  sam: v.optional(onOrOff(), 'off'),
} satisfies Record<SettingName, unknown>);

export type Settings = Readonly<v.InferOutput<typeof schema>>;
export const settingNames = Object.keys(schema.entries) as SettingName[];

/** How messages leave. */
export type MessageChannel = 'ses' | 'eventbridge' | 'none';
export const messageChannel = ({ emailFrom, messages }: Settings): MessageChannel =>
  emailFrom === undefined ? messages : 'ses';

/** The warning at each synthesis of a stack that cannot send messages. */
export const NO_MESSAGES =
  'NO MESSAGES CAN BE SENT: nobody receives a link or code to reset a password, verify an e-mail address or delete an account, nor a notice of a change. Set emailFrom (e-mail) or messages=eventbridge (docs/deploy.md, Messages).';

/** Invalid settings. The message is for the deployer. */
export class SettingsError extends Error {
  /** @param problems - one line for each */
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}

/**
 * The settings in a CDK app's context.
 * @throws SettingsError with one line for each wrong, contradictory or unknown setting.
 */
export const readSettings = (context: Readonly<Record<string, unknown>>): Settings =>
  checkSettings(writtenSettings(context));

/**
 * The settings in a CDK app's context, unchecked.
 * @throws SettingsError if `auth` is no object.
 */
export function writtenSettings(context: Readonly<Record<string, unknown>>): TokenAuthProps {
  const fromFile = toObject(context['auth'] ?? {});
  const fromCommandLine = Object.fromEntries(Object.entries(context).filter(([name]) => isPlainName(name)));
  return { ...fromFile, ...fromCommandLine };
}

/**
 * Parses and checks settings.
 * @throws SettingsError with one line for each wrong, contradictory or unknown setting.
 */
export function checkSettings(written: TokenAuthProps): Settings {
  const unknown = Object.keys(written).filter((name) => !settingNames.includes(name as SettingName));
  const result = v.safeParse(schema, written);
  const problems = [
    ...unknown.map((name) => `There is no setting "${name}". The settings are ${settingNames.join(', ')}.`),
    ...(result.success ? contradictions(result.output) : result.issues.map(describe)),
  ];
  if (!result.success || problems.length > 0) throw new SettingsError(problems);
  return result.output;
}

/** The CDK's own context names contain `:`, `@` or `/`. A plain name is a setting, possibly misspelt. */
const isPlainName = (name: string): boolean => !/[:@/]/.test(name) && name !== 'auth';

function toObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SettingsError([
    `The context "auth" must be an object of settings, but is ${JSON.stringify(value)}.`,
  ]);
}

function contradictions(settings: Settings): string[] {
  const { roles, signupRoles } = settings;
  const strangers = signupRoles.filter((role) => !roles.includes(role));
  const rules: readonly [isBroken: boolean, problem: string][] = [
    [
      settings.tokenLifetime > settings.sessionLifetime,
      'The setting tokenLifetime is longer than sessionLifetime: a token cannot outlive its session.',
    ],
    [
      !settings.rateLimits && settings.stage !== 'dev',
      `The setting rateLimits cannot be off in stage ${settings.stage}: without limits anyone may guess passwords at your expense. Only stage dev may do without.`,
    ],
    [
      settings.loginWait > settings.loginWaitMax,
      'The setting loginWait is longer than loginWaitMax: the first wait cannot exceed the longest.',
    ],
    [
      settings.loginWaitMax > settings.loginFailuresKept,
      'The setting loginWaitMax is longer than loginFailuresKept: a wait must end before its cause is forgotten.',
    ],
    [
      settings.emailFrom !== undefined && settings.messages !== 'none',
      'The settings emailFrom and messages name two channels: messages leave by e-mail or by the event bus. Leave out one of the two.',
    ],
    [
      settings.emailVerification !== 'off' && messageChannel(settings) === 'none',
      `The setting emailVerification cannot be ${settings.emailVerification} without a channel for messages: nobody could verify an address. Set emailFrom, or messages=eventbridge.`,
    ],
    [
      settings.alarmEmail !== undefined && !settings.monitoring,
      'The setting alarmEmail needs monitoring=on: without it there is no alarm to send.',
    ],
    [
      settings.sam && settings.stage !== 'dev',
      `The setting sam cannot be on in stage ${settings.stage}: it is for sam local, on your own machine. Leave out one of the two.`,
    ],
  ];
  const unencrypted = (['resetUrl', 'activationUrl', 'deletionUrl'] as const).filter(
    (name) => settings.stage !== 'dev' && /^http:/i.test(settings[name] ?? ''),
  );
  return [
    ...unencrypted.map(
      (name) =>
        `The setting ${name} cannot be ${JSON.stringify(settings[name])} in stage ${settings.stage}: it must begin with https. Only stage dev may do without.`,
    ),
    ...strangers.map(
      (role) => `The setting signupRoles names ${role}, which is not one of roles (${roles.join(',')}).`,
    ),
    ...rules.flatMap(([isBroken, problem]) => (isBroken ? [problem] : [])),
  ];
}

function describe(issue: v.BaseIssue<unknown>): string {
  const [setting] = issue.path ?? [];
  return `The setting ${setting?.key} cannot be ${JSON.stringify(setting?.value)}. It must be ${issue.message}.`;
}
