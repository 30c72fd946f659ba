import {
  asList,
  asRoles,
  asWholeNumber,
  listVariable,
  readEnvironment,
} from '../../functions/shared/environment';

describe('the environment of a function', () => {
  const before = process.env;
  afterEach(() => {
    process.env = before;
  });

  it('is exactly its own variables', () => {
    process.env = { USERS_TABLE: 'u', TOKENS_TABLE: 't', BCRYPT_COST: '10' };
    expect(readEnvironment('authorizer')).toEqual({ USERS_TABLE: 'u', TOKENS_TABLE: 't' });
  });

  it('complains about everything that is missing at once', () => {
    process.env = { CORS_ORIGINS: 'none' };
    expect(() => readEnvironment('refresh')).toThrow(
      'The function refresh lacks the variables TOKENS_TABLE, TOKEN_LIFETIME_SECONDS.',
    );
  });
});

describe('a variable', () => {
  it.each([[[]], [['CLERK']], [['a', 'b']]])('carries the list %j', (list) => {
    expect(asList(listVariable(list))).toEqual(list);
    expect(listVariable(list)).not.toBe('');
  });

  it('that must be a number or a role is not anything else', () => {
    expect(asWholeNumber('10')).toBe(10);
    for (const text of ['', 'x', '1.5', '-1', '1e3'])
      expect(() => asWholeNumber(text)).toThrow('not a whole number');
    expect(() => asRoles('none')).toThrow('at least one role');
  });
});
