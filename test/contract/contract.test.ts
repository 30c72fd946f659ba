/**
 * The API's contract, row by row: `npm test` runs it against a server of its own with the default settings, `npm run contract` against any URL.
 * The rows run in this order, as they share users.
 */
import type { TestApi } from '../support/api';
import { accounts, leaving } from './accounts';
import { acceptedBodies, refusedBodies } from './bodies';
import { Contract } from './contract';
import { credentials } from './credentials';
import { fields, passwords, taken } from './fields';
import { flow, rules } from './flow';
import { differences, failedLogins, waiting } from './logins';
import { leavingByMessage, messages } from './messages';
import { notCovered } from './not-covered';
import { routing } from './routing';
import { sessions } from './sessions';

jest.setTimeout(600_000);

const contract = new Contract();

let api: TestApi;
beforeAll(async () => {
  if (contract.isOwnServer) {
    // Loads the CDK, which a run against a URL need not wait for.
    const { startApi }: typeof import('../support/api') = require('../support/api');
    api = await startApi({ settings: { rateLimits: 'on', messages: 'eventbridge' } });
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

describe('Accounts', () => accounts(contract));

describe('Too many attempts', () => waiting(contract));

describe('Messages', () => messages(contract));

describe('Leaving', () => {
  leavingByMessage(contract);
  leaving(contract);
});

describe('What no client can show', () => notCovered(contract));

if (contract.isOwnServer)
  describe('On our own server', () => {
    it('only the row about corsOrigins is left out; command.test.ts has it', () => {
      expect(contract.skipped).toEqual([expect.stringContaining('where corsOrigins is set')]);
    });

    it('two runs in ten minutes fit into the limits of an address', async () => {
      const count = async (event: string) => (await api.logged({ event }, 0)).length;
      const signups = (await count('signup_succeeded')) + (await count('signup_failed'));
      const logins = (await count('login_succeeded')) + (await count('login_failed'));
      expect(signups).toBeLessThanOrEqual(15);
      // Detecting the target costs up to six more.
      expect(logins).toBeLessThanOrEqual(44);
      expect(api.log()).not.toContain('"kind":"failure"');
    });
  });
