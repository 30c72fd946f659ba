/** The backend with functions that have met no fault yet: after too many, the SDK repeats no call any more. */
import * as clientDynamoDb from '@aws-sdk/client-dynamodb';
import * as libDynamoDb from '@aws-sdk/lib-dynamodb';
import * as bcryptjs from 'bcryptjs';
import * as valibot from 'valibot';
import { type Backend, type Send, startBackend } from '../support/backend';
import { faultOf, type Lane, watchCalls } from './lanes';

/** Loaded once: code that has just been loaded is slow. */
const packages = {
  '@aws-sdk/client-dynamodb': clientDynamoDb,
  '@aws-sdk/lib-dynamodb': libDynamoDb,
  bcryptjs,
  valibot,
};

export interface FaultyBackend extends Pick<Backend<Lane>, 'stored' | 'close'> {
  deploy(): Promise<Send<Lane>>;
}

export async function startFaultyBackend(): Promise<FaultyBackend> {
  const backend = await startBackend<Lane>({
    assembly: process.env['TOKEN_AUTH_TEST_ASSEMBLY']!,
    // Few attempts and few sessions are enough, and hashes are cheap.
    variables: { BCRYPT_COST: '5', LOGIN_FAILURES: '5', SESSIONS_PER_USER: '5' },
    decide: faultOf,
  });
  const { now } = Date;
  Date.now = () => now() + (backend.currentLane()?.clockOffsetMs ?? 0);
  const stopWatching = watchCalls();
  for (const [name, loaded] of Object.entries(packages)) jest.doMock(name, () => loaded);
  return {
    stored: backend.stored,
    // Each function with a memory of its own, but for the packages.
    deploy: async () => {
      let send: Send<Lane> | undefined;
      await jest.isolateModulesAsync(async () => {
        send = await backend.deploy(
          async (name) => (await import(`../../functions/${name}/handler`)).handler,
        );
      });
      return send!;
    },
    close: async () => {
      stopWatching();
      Date.now = now;
      await backend.close();
    },
  };
}
