import { definition as authorizer } from '../../functions/authorizer/definition';
import { endpoint } from '../../functions/refresh/endpoint';
import {
  listVariable,
  parseList,
  parseRoles,
  parseWholeNumber,
  readEnvironment,
  tableNames,
} from '../../functions/shared/environment';

describe('the environment of a function', () => {
  const before = process.env;
  const own = {
    ...{ USERS_TABLE: 'u', TOKENS_TABLE: 't', OUTBOX_TABLE: 'o' },
    ...{ METRICS_NAMESPACE: 'none', ADMITTED_ROLES: 'CLERK', EVENTS: 'off' },
  };
  afterEach(() => {
    process.env = before;
  });

  it('is exactly its own variables', () => {
    process.env = { ...own, BCRYPT_COST: '10' };
    expect(readEnvironment(authorizer)).toEqual(own);
  });

  it('names the tables of its definition, and no other', () => {
    process.env = { ...own, RATE_LIMITS_TABLE: 'r' };
    const names = { users: 'u', tokens: 't', outbox: 'o' };
    expect(tableNames(authorizer, readEnvironment(authorizer))).toEqual(names);
  });

  it('complains about everything that is missing at once', () => {
    process.env = { CORS_ORIGINS: 'none', METRICS_NAMESPACE: 'none' };
    expect(() => readEnvironment(endpoint)).toThrow(
      'The function lacks the variables TOKEN_LIFETIME_SECONDS, TOKENS_TABLE.',
    );
  });
});

describe('a variable', () => {
  it.each([[[]], [['CLERK']], [['a', 'b']]])('carries the list %j', (list) => {
    expect(parseList(listVariable(list))).toEqual(list);
    expect(listVariable(list)).not.toBe('');
  });

  it('that must be a number or a role is not anything else', () => {
    expect(parseWholeNumber('10')).toBe(10);
    for (const text of ['', 'x', '1.5', '-1', '1e3'])
      expect(() => parseWholeNumber(text)).toThrow('not a whole number');
    expect(() => parseRoles('none')).toThrow('at least one role');
  });
});
