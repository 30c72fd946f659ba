import { type AuthorizerDependencies, authorize } from '../../functions/authorizer/authorizer';
import { listRoutes, type NamedRoute } from '../../functions/endpoints';
import type { Session } from '../../functions/shared/domain/session';
import { createPolicy } from '../../functions/shared/http/policy';
import { recordingLog } from '../support/log';
import { NOW, owner, principal, refreshedSession, SALT, sessionWith, token } from '../support/sessions';

const refreshed = refreshedSession(token, 1);

const dependencies = (stored: Session, overrides: Partial<AuthorizerDependencies> = {}) => ({
  clock: () => NOW * 1000,
  roles: ['CLERK'],
  readSessionAndOwner: jest.fn(async () => ({ session: stored, owner })),
  sessions: { markTokenUsed: jest.fn(async () => undefined), remove: jest.fn(async () => undefined) },
  ...overrides,
});

const request = (text: string, resource = '/api/dashboard', log = recordingLog()) => ({
  headers: { Authorization: `Token ${text}` },
  resource,
  log,
});

const pathsWhere = (isWanted: (route: NamedRoute) => boolean | undefined) =>
  listRoutes()
    .filter(isWanted)
    .map(({ path }) => path);

describe('the authorizer', () => {
  it('asks no database about a header that holds no token', async () => {
    const deps = dependencies(sessionWith());
    expect(await authorize(request('nonsense'), deps)).toEqual({
      allow: false,
      detail: 'Invalid token.',
      reason: 'token_malformed',
    });
    expect(deps.readSessionAndOwner).not.toHaveBeenCalled();
  });

  it.each(pathsWhere((route) => route.acceptsSuperseded))(
    'takes a token that was just refreshed away on %s',
    async (path) => {
      expect(await authorize(request(token.text, path), dependencies(refreshed))).toMatchObject({
        allow: true,
      });
    },
  );

  it.each(pathsWhere((route) => !route.acceptsSuperseded))(
    'refuses a token that was refreshed away on %s, and the session goes on',
    async (path) => {
      const deps = dependencies({ ...refreshed, successorUsedAt: NOW - 31 });
      expect(await authorize(request(token.text, path), deps)).toEqual({
        allow: false,
        detail: 'Invalid token.',
        reason: 'token_wrong',
      });
      expect(deps.sessions.remove).not.toHaveBeenCalled();
    },
  );

  it('tells what leads to the successor where a refresh may need it, and nowhere else', async () => {
    for (const { path, acceptsSuperseded } of listRoutes()) {
      const decision = await authorize(request(token.text, path), dependencies(sessionWith()));
      const expected = { ...principal, ...(acceptsSuperseded && { successorSalt: SALT }) };
      expect(decision).toEqual({ allow: true, principal: expected });
    }
  });

  it('says of whom the session was, but not to one who only guessed its token', async () => {
    const expired = recordingLog();
    await authorize(
      request(token.text, '/api/dashboard', expired),
      dependencies(sessionWith(token, { expiresAt: NOW })),
    );
    expect(expired.caller).toMatchObject({ userId: 1 });
    const guessed = recordingLog();
    const guess = `${token.text.slice(0, 14)}${'0'.repeat(26)}`;
    await authorize(request(guess, '/api/dashboard', guessed), dependencies(sessionWith()));
    expect(guessed.caller).toEqual({});
  });
});

describe('the policy', () => {
  it('covers the stage, not the path as the client wrote it', () => {
    const arn = 'arn:aws:execute-api:eu-west-1:123456789012:abc/dev/GET/api//dashboard/';
    expect(createPolicy('Allow', arn, { userId: 7 })).toEqual({
      principalId: '7',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: 'arn:aws:execute-api:eu-west-1:123456789012:abc/dev/*',
          },
        ],
      },
      context: { userId: 7 },
    });
  });
});
