/**
 * `npm run bench:peers -- --rounds 5`: the API as `npm start` serves it, with a database that answers at once, beside Better Auth with its memory
 * for a database: the same three requests, on this machine, in turns. `docs/performance.md` has the method and the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail } from '../../cli/program';
import { synthesise } from '../../local/synthesise';
import { roundsOf } from '../rounds';
import { compare } from './compare';
import { BCRYPT_COST, startBetterAuth, startTokenAuth } from './peers';
import { report } from './report';

/** API Gateway's throttles are not what is measured. */
const settings = [`bcryptCost=${BCRYPT_COST}`, 'requestsPerSecond=10000', 'hashesPerSecond=10000'];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const rounds = roundsOf(values.rounds);
  const assembly = mkdtempSync(join(tmpdir(), 'token-auth-peers-'));
  const [before = 0] = loadavg();
  try {
    await synthesise(assembly, settings);
    const peers = { ours: await startTokenAuth(assembly), theirs: await startBetterAuth() };
    const comparisons = await compare(peers, rounds);
    await Promise.all([peers.ours.stop(), peers.theirs.stop()]);
    const [after = 0] = loadavg();
    const load = `load average ${before.toFixed(1)} before and ${after.toFixed(1)} at the end`;
    console.log(`Node.js ${process.version}, ${rounds} rounds, ${load}\n\n${report(comparisons)}`);
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

main().catch(fail);
