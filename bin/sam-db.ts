/** `npm run sam:db`: the database for `sam local`, on this machine. */
import { join, resolve } from 'node:path';
import { checkPort, makeDataFolder, readOptions, run, stopOnSignal } from '../cli/program';
import {
  adviceFor,
  findBridges,
  hostsFor,
  samDatabasePort,
  startSamDatabase,
  warningFor,
} from '../cli/sam-db';
import { logWriter } from '../local/log/terminal';

run(async () => {
  const { PORT, DATA_DIR, HOST } = process.env;
  const options = readOptions(process.argv.slice(2), {
    port: { type: 'string', default: PORT || samDatabasePort },
    'data-dir': { type: 'string', default: DATA_DIR || '.local/sam' },
    host: { type: 'string', default: HOST ?? '' },
  });
  const bridges = findBridges();
  const hosts = options.host ? [options.host] : hostsFor(bridges);
  const dataDir = resolve(options['data-dir']);
  const port = checkPort(options.port);
  makeDataFolder(dataDir);
  const database = await startSamDatabase({
    assembly: join(__dirname, '..', 'sam.out'),
    dataDir,
    port,
    hosts,
    output: { stdout: logWriter(process.stdout), stderr: process.stderr },
  });
  stopOnSignal(database);
  const { tables, endpoint, outboxUrl } = database;
  console.log(
    adviceFor({ hosts, port: Number(new URL(endpoint).port), bridges, tables, dataDir, outboxUrl }),
  );
  const warning = warningFor(hosts, process.platform);
  if (warning) console.error(`\n${warning}`);
});
