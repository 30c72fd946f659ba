import { compare } from 'bcryptjs';
import { ThrottledError } from '../../functions/shared/http/errors';
import {
  type ReauthenticationDependencies,
  reauthenticate,
} from '../../functions/shared/http/reauthenticate';
import type { FoundUser } from '../../functions/shared/store/users';
import { PASSWORD, reauthenticationDependencies, userWithPassword } from '../support/password-check';
import { protectedRequest } from '../support/sessions';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});
const hashing = jest.mocked(compare);

let user: FoundUser;
beforeAll(async () => {
  user = await userWithPassword();
});

const dependencies = ({
  address = 0,
  session,
}: {
  readonly address?: number;
  readonly session?: number;
} = {}) =>
  reauthenticationDependencies(user, {
    consumeFixedWindow: async () => address,
    ...(session && { consumeWithBackoff: async () => ({ isAllowed: false, waitSeconds: session }) }),
  });

/** What comes of the right password, and how many hashes are compared for it. */
async function outcomeOf(deps: ReauthenticationDependencies) {
  hashing.mockClear();
  const request = { ...protectedRequest(), body: { current_password: PASSWORD } };
  const outcome = await reauthenticate(request, deps, async () => 'done').catch((error: unknown) => error);
  return { outcome, hashes: hashing.mock.calls.length };
}

describe('a password that is asked for again', () => {
  it('is compared once', async () => {
    expect(await outcomeOf(dependencies())).toEqual({ outcome: 'done', hashes: 1 });
  });

  it.each([
    ['address', { address: 7 }],
    ['session', { session: 7 }],
  ])('costs no hash while the %s has to wait', async (_, waits) => {
    const { outcome, hashes } = await outcomeOf(dependencies(waits));
    expect(outcome).toBeInstanceOf(ThrottledError);
    expect(hashes).toBe(0);
  });
});
