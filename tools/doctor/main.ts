/** `npm run doctor`, once it is known that it can run at all. */
import { settingsOf } from '../context-options';
import { examine } from './examination';

/** @throws Error in words if the arguments are wrong. Resolves to the exit code. */
export async function doctor(options: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const isReady = await examine({ settings: settingsOf(options), environment, say: console.log });
  return isReady ? 0 : 1;
}
