/** `npm run cost`: what the stack costs, worked out from its template. `npm run cost -- -c name=value` passes settings on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../local/synthesise';
import { readAssembly } from '../local/template/assembly';
import { fail } from '../tools/command-line';
import { settingsOf } from '../tools/context-options';
import { report } from '../tools/cost/report';

async function main(): Promise<void> {
  const settings = settingsOf(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-cost-'));
  try {
    await synthesise(folder, settings);
    console.log(report(readAssembly(folder).template));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch(fail);
