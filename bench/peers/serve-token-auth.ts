/** `npm start` without its own database: the API of a synthesised template, its functions in worker threads. What they log goes nowhere. */
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { fail } from '../../cli/program';
import { runTemplate } from '../../local/run';
import { serve } from './serve';

async function main([assembly = '', dynamoDbEndpoint = '']: readonly string[]): Promise<void> {
  const nowhere = createWriteStream(devNull);
  const output = { stdout: nowhere, stderr: process.stderr };
  const api = await runTemplate({ assembly, dynamoDbEndpoint, port: 0, output });
  serve(api.url);
}

main(process.argv.slice(2)).catch(fail);
