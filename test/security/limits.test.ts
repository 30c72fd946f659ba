/** The table of limits in docs/security.md, and its list of sentences, are what is true. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRoutes } from '../../functions/endpoints';
import type { FunctionName } from '../../functions/functions';
import * as limits from '../../functions/shared/domain/limits';
import { constructId } from '../../lib/auth-function';
import { settingNames } from '../../lib/settings';
import { templateWith } from '../support/assembly';

const PROJECT = join(__dirname, '../..');
const document = readFileSync(join(PROJECT, 'docs/security.md'), 'utf8');
const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
const rowsOf = (section: string): string[][] =>
  section
    .split('\n')
    .filter((line) => /^\| (`|\d)/.test(line))
    .map(cellsOf);
const [, limitsSection = ''] = document.split('## Limits');
const table = rowsOf(limitsSection.slice(0, limitsSection.indexOf('\n## ')));

const template = templateWith({});
const propertiesOf = (type: string): any[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const functions = propertiesOf('AWS::Lambda::Function');
const variables = Object.assign({}, ...functions.map(({ Environment }) => Environment.Variables));
const [stage] = propertiesOf('AWS::ApiGateway::Stage');
const [everyMethod, ...hashingMethods] = stage.MethodSettings.map(
  (setting: any) => `${setting.ThrottlingRateLimit}, burst ${setting.ThrottlingBurstLimit}`,
);
const timeoutOf = (name: FunctionName): number =>
  Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith(constructId(name)),
  )![1]['Properties'].Timeout;
/** `deliver` answers no request. */
const timeouts = listRoutes().map(
  ({ name, access }) => timeoutOf(name) + (access === 'authenticated' ? timeoutOf('authorizer') : 0),
);

/** What is in force. */
const inForce: Readonly<Record<string, string>> = {
  'token lifetime': `${variables.TOKEN_LIFETIME_SECONDS} s`,
  'session lifetime': `${variables.SESSION_LIFETIME_SECONDS} s`,
  'sessions per user': variables.SESSIONS_PER_USER,
  'revocation latency': `${propertiesOf('AWS::ApiGateway::Authorizer')[0].AuthorizerResultTtlInSeconds} s`,
  'retry window of a refresh': `${limits.REFRESH_RETRY_SECONDS} s`,
  'failed logins before a wait': variables.LOGIN_FAILURES,
  'first wait': `${variables.LOGIN_WAIT_SECONDS} s`,
  'longest wait': `${variables.LOGIN_WAIT_MAX_SECONDS} s`,
  'failures kept': `${variables.LOGIN_FAILURES_KEPT_SECONDS} s`,
  'known networks of an account': String(limits.KNOWN_NETWORKS),
  'logins per address': variables.LOGINS_PER_ADDRESS,
  'signups per address': variables.SIGNUPS_PER_ADDRESS,
  'exports of an account': `${limits.EXPORTS_PER_WINDOW} in ${limits.EXPORT_WINDOW_SECONDS} s`,
  'messages to an address': `${limits.MESSAGE_RULES.attempts} in ${limits.MESSAGE_RULES.windowSeconds} s, ${limits.MESSAGE_RULES.apartSeconds} s apart`,
  'life of a link': `${variables.MESSAGE_LIFETIME_SECONDS} s`,
  'life of a code': `${limits.MAX_CODE_SECONDS} s`,
  'guesses at a code': String(limits.MAX_CODE_GUESSES),
  'window of an address': `${variables.ADDRESS_WINDOW_SECONDS} s`,
  'requests a second': everyMethod,
  'hashing requests a second': [...new Set(hashingMethods)].join(' or '),
  'bcrypt cost': variables.BCRYPT_COST,
  'password length, least': variables.PASSWORD_MIN_LENGTH,
  'password length, most': `${limits.MAX_PASSWORD_CHARACTERS} characters`,
  body: `${limits.MAX_BODY_BYTES} bytes`,
  'parts of a body': `${limits.MAX_BODY_PARTS}`,
  'type of a body': `${limits.MAX_CONTENT_TYPE_CHARACTERS} characters`,
  'time of a database call': `${limits.WORST_CASE_CALL_SECONDS} s`,
  'time of a request': `${Math.max(...timeouts)} s`,
  'log retention': `${[...new Set(propertiesOf('AWS::Logs::LogGroup').map(({ RetentionInDays }) => RetentionInDays))].join(' or ')} days`,
};

it('56. Idle and absolute limits, session limit, lockout, retention and revocation latency are documented in one table, which a test compares with the synthesized values.', () => {
  const documented = Object.fromEntries(
    table.map(([name = '', value = '']) => [name.replaceAll('`', ''), value]),
  );
  expect(documented).toEqual(inForce);
});

it.each(table)(
  'the limit %s has a setting that exists or none, a reason, and a test that exists',
  (...cells) => {
    const [, , setting = '', reason = '', test = ''] = cells;
    if (setting !== '') expect(settingNames).toContain(setting.replaceAll('`', ''));
    expect(reason.length).toBeGreaterThan(20);
    const [file = '', sentence] = test.split(', ');
    expect(existsSync(join(PROJECT, file))).toBe(true);
    if (sentence)
      expect(readFileSync(join(PROJECT, file), 'utf8')).toMatch(new RegExp(`it\\(\\s*['"]${sentence}\\. `));
  },
);

describe('the list of sentences', () => {
  const sentences = rowsOf(document.slice(document.indexOf('## Sentences')));
  const files = [...readdirSync(__dirname), '../cli/import.test.ts'];
  const suites = files.map((file) => readFileSync(join(__dirname, file), 'utf8').replaceAll("\\'", "'"));

  it('is complete and in order', () => {
    expect(sentences.map(([number]) => Number(number))).toEqual(
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
  });

  it.each(sentences)(
    'sentence %s is the title of a test, or is said to be open',
    (number, sentence = '', state = '') => {
      const hasTest = suites.some((suite) => suite.includes(`${number}. ${sentence.replaceAll('\\|', '|')}`));
      expect([hasTest, state.split(/[;:]/)[0]]).toEqual(hasTest ? [true, 'tested'] : [false, 'open']);
    },
  );
});
