/**
 * `npm run bench:init -- --rounds 15 --node PATH`: how long each function takes to load, to be ready and to give its first answer, each time in
 * a new process, one at a time. `--node` names the Node.js to measure, and may be repeated; `--only NAME` measures fewer functions; `--out FILE`
 * draws a picture, of the last Node.js if there are several. `--client PATH` starts them under Lambda's own runtime client instead.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hashSync } from 'bcryptjs';
import { fail } from '../../cli/program';
import { exampleEvents } from '../../cli/sam-events';
import { type FunctionName, functionNames } from '../../functions/shared/environment';
import { BUNDLE_FILE, writeEntryPoint } from '../../lib/bundled-code';
import { bundleOf } from '../bundles/bundle';
import { startConstantDatabase } from '../constant-database';
import { roundsOf } from '../rounds';
import { empty, rawCall } from './baselines';
import { drawStarts } from './chart';
import { bcryptCost, examplePassword, processEnvironment } from './environments';
import { coldStart, type Subject } from './measure';
import { millisecondsTable, ratiosTable, type Starts } from './report';
import { clientTable, startUnder } from './under-client';

const EMPTY = 'empty handler';

async function main(): Promise<void> {
  const { rounds, nodes, only, out, client } = readOptions();
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-init-'));
  const database = await startConstantDatabase();
  database.keepHash(hashSync(examplePassword, bcryptCost));
  try {
    const subjects = prepare(folder, database.endpoint).filter(
      ({ name }) => only.length === 0 || name === EMPTY || only.includes(name),
    );
    for (const node of nodes) {
      const play = { subjects, rounds };
      if (client === undefined) report(node, await measure((subject) => coldStart(node, subject), play), out);
      else console.log(clientTable(await measure((subject) => startUnder({ node, client }, subject), play)));
    }
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      node: { type: 'string', multiple: true, default: [process.execPath] },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      client: { type: 'string' },
    },
  });
  return { ...values, rounds: roundsOf(values.rounds), nodes: values.node };
}

/** Writes what the processes will load. The guard stands before another API's methods and sees what the authorizer sees. */
function prepare(folder: string, databaseUrl: string): Subject[] {
  const events = exampleEvents();
  const subject = (name: string, code: string, like: FunctionName): Subject => {
    const place = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(place);
    const files = { bundle: join(place, BUNDLE_FILE), event: join(place, 'event.json') };
    writeFileSync(files.bundle, code);
    writeEntryPoint(place);
    writeFileSync(files.event, JSON.stringify(events[like === 'guard' ? 'authorizer' : like]));
    return { name, ...files, environment: processEnvironment(like, databaseUrl) };
  };
  return [
    subject(EMPTY, empty, 'authorizer'),
    subject('raw signed call', rawCall, 'authorizer'),
    ...([...functionNames, 'guard'] as const).map((name) => subject(name, bundleOf(name).text, name)),
  ];
}

/** Each round starts every function once, so that a slow moment of the machine meets all of them. The first is not counted. */
async function measure<Start>(
  start: (subject: Subject) => Promise<Start>,
  { subjects, rounds }: { readonly subjects: readonly Subject[]; readonly rounds: number },
): Promise<Map<string, Start[]>> {
  const starts = new Map<string, Start[]>(subjects.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1)
    for (const subject of subjects) {
      const measured = await start(subject);
      if (round >= 0) starts.get(subject.name)?.push(measured);
    }
  return starts;
}

function report(node: string, starts: Starts, out: string | undefined): void {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  const [load = 0] = loadavg();
  const rounds = starts.get(EMPTY)?.length;
  console.log(`Node.js ${version}, ${rounds} starts of each, load average ${load.toFixed(1)}\n`);
  console.log(`${millisecondsTable(starts)}\n\n${ratiosTable(starts, EMPTY)}\n`);
  if (out !== undefined) writeFileSync(out, drawStarts(starts, version));
}

main().catch(fail);
