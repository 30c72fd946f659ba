/**
 * `npm start`: the whole backend on this machine. Synthesises the stack and runs the template that would be deployed.
 * PORT and DATA_DIR choose port and data folder; `npm start -- -c name=value` passes settings on.
 */
import { join, resolve } from 'node:path';
import { routeList } from '../functions/routes';
import { logWriter } from '../local/log/terminal';
import { runTemplate } from '../local/run';
import { synthesise } from '../local/synthesise';
import { fail, portOf, stopOnSignal } from '../tools/command-line';
import { settingsOf } from '../tools/context-options';

const DEFAULT_PORT = 3000;
const DEFAULT_DATA_DIR = '.local';

async function main(): Promise<void> {
  // Which Node the SDK will want next year is not the business of someone who tries this out.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const settings = settingsOf(process.argv.slice(2));
  const port = portOf(process.env['PORT'], DEFAULT_PORT);
  const dataDir = resolve(process.env['DATA_DIR'] || DEFAULT_DATA_DIR);
  const dynamoDbEndpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const assembly = join(dataDir, 'cdk.out');
  const warnings = await synthesise(assembly, settings);
  const api = await runTemplate({
    assembly,
    port,
    output: { stdout: logWriter(process.stdout), stderr: process.stderr },
    ...(dynamoDbEndpoint ? { dynamoDbEndpoint } : { dataDir: join(dataDir, 'dynamodb') }),
  });
  stopOnSignal(api);
  console.log(welcome(api.url, dynamoDbEndpoint ? `in ${dynamoDbEndpoint}` : `under ${dataDir}`));
  for (const warning of warnings) console.error(`\nWARNING: ${warning}`);
}

function welcome(url: string, dataPlace: string): string {
  const routes = routeList.map(
    ({ method, path, summary }) => `  ${method.padEnd(7)}${`${path}/`.padEnd(24)}${summary}`,
  );
  const body = JSON.stringify({ username: 'newuser', email: 'newuser@example.com', password: 'password123' });
  return [
    `Token auth is running at ${url}`,
    '',
    ...routes,
    '',
    'Try it:',
    `  curl -X POST ${url}/api/signup/ -H 'Content-Type: application/json' -d '${body}'`,
    '',
    'Move the clock to try expiry:',
    `  curl -X POST ${url}/_local/clock/ -d '{"advance":"8d"}'`,
    '',
    `The data are ${dataPlace}. Ctrl-C stops.`,
  ].join('\n');
}

main().catch(fail);
