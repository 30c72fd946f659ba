/**
 * `npm run sam:db`: the database for `sam local`, on this machine. PORT and DATA_DIR choose port and data folder; HOST=0.0.0.0 lets in containers that
 * come from elsewhere than a bridge of this machine.
 */
import { join, resolve } from 'node:path';
import { fail, portOf, stopOnSignal } from '../tools/command-line';
import { adviceOn, warningAbout } from '../tools/sam/advice';
import { startSamDatabase } from '../tools/sam/database';
import { bridgesOfThisMachine, hostsToListenOn } from '../tools/sam/hosts';
import { samAssembly, samDatabasePort } from '../tools/sam/places';

const DEFAULT_DATA_DIR = '.local/sam';

async function main(): Promise<void> {
  // Which Node the SDK will want next year is not the business of someone who tries this out.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const bridges = bridgesOfThisMachine();
  const hosts = hostsToListenOn(process.env['HOST'], bridges);
  const dataDir = resolve(process.env['DATA_DIR'] || DEFAULT_DATA_DIR);
  const database = await startSamDatabase({
    assembly: join(__dirname, '..', samAssembly),
    dataDir,
    port: portOf(process.env['PORT'], samDatabasePort),
    hosts,
  });
  stopOnSignal(database);
  const port = Number(new URL(database.endpoint).port);
  console.log(adviceOn({ hosts, port, bridges, tables: database.tables, dataDir }));
  const warning = warningAbout(hosts, process.platform);
  if (warning) console.error(`\n${warning}`);
}

main().catch(fail);
