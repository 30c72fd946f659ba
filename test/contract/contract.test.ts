/**
 * The API's contract, row by row: in `npm test` against a server of our own with the default settings, by `npm run contract` against any URL.
 * The rows are played in this order, as they share users.
 */
import type { TestApi } from '../support/api';
import { acceptedBodies, refusedBodies } from './bodies';
import { Contract } from './contract';
import { credentials } from './credentials';
import { elsewhere } from './elsewhere';
import { fields, passwords, taken } from './fields';
import { flow, rules } from './flow';
import { differences, failedLogins, waiting } from './logins';
import { routing } from './routing';
import { sessions } from './sessions';

jest.setTimeout(600_000);

const contract = new Contract();

let api: TestApi;
beforeAll(async () => {
  if (contract.isOwnServer) {
    // Loads the CDK, which a run against a URL need not wait for.
    const { startApi }: typeof import('../support/api') = require('../support/api');
    api = await startApi({ settings: { rateLimits: 'on' } });
  }
  contract.open(api?.url);
});
afterAll(() => api?.close());

describe('The flow', () => flow(contract));

describe('Rules for every response', () => {
  rules(contract);
  acceptedBodies(contract);
});

describe('Status and messages', () => {
  credentials(contract);
  routing(contract);
  refusedBodies(contract);
  fields(contract);
  taken(contract);
  passwords(contract);
  failedLogins(contract);
});

describe('Different from Django REST Framework', () => differences(contract));

describe('Sessions', () => sessions(contract));

describe('Too many attempts', () => waiting(contract));

describe('What no client can show', () => elsewhere(contract));

if (contract.isOwnServer)
  describe('On a server of our own', () => {
    it('only the row about corsOrigins is left out; command.test.ts has it', () => {
      expect(contract.skipped).toEqual([expect.stringContaining('where corsOrigins is set')]);
    });

    it('two runs in ten minutes fit into the limits of an address', async () => {
      const count = async (event: string) => (await api.logged({ event }, 0)).length;
      const signups = (await count('signup_succeeded')) + (await count('signup_failed'));
      const logins = (await count('login_succeeded')) + (await count('login_failed'));
      expect(signups).toBeLessThanOrEqual(10);
      // Up to six more fail before a run, to find out whether limits are on.
      expect(logins).toBeLessThanOrEqual(44);
      expect(api.log()).not.toContain('"kind":"failure"');
    });
  });
