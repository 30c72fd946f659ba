/** `npm start`: the backend on this machine. Synthesises the stack and runs the template. */
import { join, resolve } from 'node:path';
import { describeMessages, withMessages } from '../cli/local-messages';
import {
  checkPort,
  checkSettings,
  checkUrl,
  contextOption,
  makeDataFolder,
  readOptions,
  run,
  stopOnSignal,
} from '../cli/program';
import { announceServer } from '../cli/running-server';
import { listRoutes, routes } from '../functions/endpoints';
import { findOrSynthesise } from '../local/kept-assembly';
import { logWriter } from '../local/log/terminal';
import { runTemplate } from '../local/run';

run(async () => {
  const { PORT, DATA_DIR, AWS_ENDPOINT_URL_DYNAMODB } = process.env;
  const options = readOptions(process.argv.slice(2), {
    port: { type: 'string', default: PORT || '3000' },
    'data-dir': { type: 'string', default: DATA_DIR || '.local' },
    dynamodb: { type: 'string', default: AWS_ENDPOINT_URL_DYNAMODB ?? '' },
    ...contextOption,
  });
  const messages = withMessages(checkSettings(options.context));
  const port = checkPort(options.port);
  const dataDir = resolve(options['data-dir']);
  const dynamoDbEndpoint = options.dynamodb && checkUrl(options.dynamodb);
  makeDataFolder(dataDir);
  const assembly = await findOrSynthesise({ dataDir, settings: messages.settings });
  const api = await runTemplate({
    assembly: assembly.folder,
    areFunctionsTried: assembly.hasRun,
    port,
    apiDescription: join(__dirname, '../docs/openapi.json'),
    output: { stdout: logWriter(process.stdout), stderr: process.stderr },
    ...(dynamoDbEndpoint ? { dynamoDbEndpoint } : { dataDir: join(dataDir, 'dynamodb') }),
  });
  assembly.noteRun();
  const withdraw = announceServer(dataDir, api);
  stopOnSignal({ close: () => api.close().finally(withdraw) });
  const dataPlace = dynamoDbEndpoint ? `in ${dynamoDbEndpoint}` : `under ${dataDir}`;
  const outbox = describeMessages(`${api.url}/_local/outbox/`, messages);
  console.log(welcome(api.url, { dataPlace, outbox }));
  for (const warning of assembly.warnings) console.error(`\nWARNING: ${warning}`);
});

function welcome(url: string, { dataPlace, outbox }: { dataPlace: string; outbox: string }): string {
  const rows = listRoutes().map(({ methods, path, summary }) => [methods.join(', '), `${path}/`, summary]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2;
  const listed = rows.map(
    ([methods = '', path = '', summary]) => `  ${methods.padEnd(width(0))}${path.padEnd(width(1))}${summary}`,
  );
  const body = JSON.stringify({ username: 'newuser', email: 'newuser@example.com', password: 'password123' });
  return [
    `Token auth is running at ${url}`,
    '',
    ...listed,
    '',
    `Try it at ${url}/_local/docs/, or:`,
    `  curl -X POST ${url}${routes.signup.path}/ -H 'Content-Type: application/json' -d '${body}'`,
    '',
    'Move the clock to try expiry:',
    `  curl -X POST ${url}/_local/clock/ -d '{"advance":"8d"}'`,
    '',
    outbox,
    '',
    `The data are ${dataPlace}. Ctrl-C stops.`,
  ].join('\n');
}
