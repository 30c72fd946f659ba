/** The files that `sam local` is given besides the template. They are in the repository, and `npm run sam:synth` renews them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { samDatabaseEndpoint } from '../../lib/sam-local';
import { exampleEvents } from './example-events';

/** By path from the project's folder. */
export function samFiles(): ReadonlyMap<string, string> {
  const events = Object.entries(exampleEvents()).map(
    ([name, event]) => [`events/${name}.json`, event] as const,
  );
  // Also what the template says; but this wins over a variable of that name in the developer's shell, the template does not.
  const variables = { Parameters: { AWS_ENDPOINT_URL_DYNAMODB: samDatabaseEndpoint } };
  return new Map(
    [['env.json', variables] as const, ...events].map(([path, content]) => [
      path,
      `${JSON.stringify(content, null, 2)}\n`,
    ]),
  );
}

export function writeSamFiles(project: string): void {
  for (const [path, text] of samFiles()) {
    const file = join(project, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
