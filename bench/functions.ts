/**
 * `npm run bench`: each function's bundle size, cold start, and CPU time of a warm call. Each function runs as in the template, in its own
 * process. docs/performance.md explains the figures.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { exampleEvents, examplePrincipal } from '../cli/sam-events';
import { table } from '../cli/table';
import { exampleToken } from '../functions/shared/description';
import { BUNDLE_FILE } from '../lib/bundled-code';
import { buildEnvironment } from '../local/functions/pool';
import type { FunctionDefinition } from '../local/template/deployment';
import { loadDeployment } from '../local/template/load-deployment';
import { type Backend, readRounds, withBackend } from './backend';
import { readBundle } from './bundle';
import { type Recording, startRecording } from './recording';

const EMPTY = 'empty handler';
const WARM_CALLS = 300;

/** @returns the tables. */
export async function functions(args: readonly string[]): Promise<string> {
  const options = {
    rounds: { type: 'string', default: '11' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', multiple: true, default: [] as string[] },
    /** Another checkout, with its packages installed. Its bundles run in the same rounds. */
    beside: { type: 'string' },
  } as const;
  const { node, only, beside, ...values } = parseArgs({ args: [...args], options }).values;
  const rounds = readRounds(values.rounds, [1, 100]);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const [load = 0] = loadavg();
  const samples = await withBackend([], async (backend) => {
    const own = await prepare(backend, (name) => only.length === 0 || only.includes(name));
    const others = beside === undefined ? [] : bundlesOf(beside, own, backend.assembly);
    const subjects = [...own, ...others];
    const measured = await measure(subjects, node, rounds);
    for (const { recording } of own) recording?.close();
    return measured;
  });
  const machine = `Node.js ${version}, ${rounds} rounds, load average ${load.toFixed(1)} before; medians`;
  return [bytesTable(), machine, timesTable(samples)].join('\n\n');
}

/** A function, or the empty handler, the baseline. */
interface Subject {
  readonly title: string;
  readonly name: string;
  readonly bundle: string;
  readonly event: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly recording?: Recording;
}

/** Runs each function once with its example event, for a user of its own, and records the database's responses. */
async function prepare(backend: Backend, isWanted: (name: string) => boolean): Promise<readonly Subject[]> {
  const events = exampleEvents();
  const subjects: Subject[] = [emptyIn(backend.assembly)];
  const { functions: definitions } = loadDeployment(backend.assembly);
  const wanted = Object.entries(events).filter(([name]) => isWanted(name));
  for (const [at, [name, example]] of wanted.entries()) {
    const signup: ExampleEvent = JSON.parse(forUser(at, events.signup));
    const account = JSON.parse(signup.body);
    await mustSucceed(backend.call('/api/signup/', { body: account }));
    const { token } = await mustSucceed(backend.call('/api/api-token-auth/', { body: account }));
    await mustSucceed(backend.call('/api/dashboard/', { token })); // Records the first use of the token.
    const recording = await startRecording(backend.dynamoDbEndpoint);
    const createSubject = (functionName: string, event: string, endpoint: string): Subject => {
      const definition = findDefinition(functionName, definitions);
      const bundle = join(definition.codeFolder, BUNDLE_FILE);
      const environment = buildEnvironment(definition, { ...QUIET, AWS_ENDPOINT_URL_DYNAMODB: endpoint });
      return { title: functionName, name: functionName, bundle, event, environment, recording };
    };
    // What the authorizer passes on depends on the route.
    const { resource } = example as ExampleEvent;
    const authorizerEvent = JSON.stringify({ ...events.authorizer, resource }).replaceAll(
      exampleToken,
      token,
    );
    const authorizer = createSubject('authorizer', authorizerEvent, backend.dynamoDbEndpoint);
    const { result } = await run(authorizer, process.execPath, 0);
    const event = forUser(name === 'signup' ? 'another' : at, example);
    const subject = createSubject(name, eventWith(event, token, result.context ?? {}), recording.endpoint);
    await run(subject, process.execPath, 0);
    recording.replay();
    subjects.push(subject);
  }
  return subjects;
}

/** An example event as text, for another user than the example's. */
const forUser = (name: string | number, example: object): string =>
  JSON.stringify(example).replaceAll('eventuser', `bench-${name}`);

const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

interface ExampleEvent {
  readonly resource: string;
  readonly body: string;
  readonly requestContext: { readonly authorizer?: object };
}

async function mustSucceed(reply: ReturnType<Backend['call']>) {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`A request was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

function emptyIn(folder: string): Subject {
  const place = join(folder, 'empty-handler');
  mkdirSync(place);
  writeFileSync(join(place, BUNDLE_FILE), 'exports.handler = async () => ({ statusCode: 200 });');
  return { title: EMPTY, name: EMPTY, bundle: join(place, BUNDLE_FILE), event: '{}', environment: {} };
}

/** The same functions, as another checkout bundles them. */
function bundlesOf(project: string, subjects: readonly Subject[], folder: string): readonly Subject[] {
  return subjects.slice(1).map((subject) => {
    const place = join(folder, 'beside', subject.name);
    mkdirSync(place, { recursive: true });
    const write = 'require("./lib/bundled-code.ts").writeBundle(...process.argv.slice(1))';
    const program = ['--import', 'tsx', '--eval', write, subject.name, place];
    execFileSync(process.execPath, program, { cwd: project });
    return { ...subject, title: `${subject.name} beside`, bundle: join(place, BUNDLE_FILE) };
  });
}

function findDefinition(name: string, definitions: readonly FunctionDefinition[]): FunctionDefinition {
  const prefix = `${name.replaceAll('-', '')}function`;
  const found = definitions.find(({ logicalId }) => logicalId.toLowerCase().startsWith(prefix));
  if (!found) throw new Error(`The template has no function ${name}.`);
  return found;
}

/** An example event with a valid token and the authorizer's context for it. */
function eventWith(example: string, token: string, context: Readonly<Record<string, unknown>>): string {
  const written = example
    .replaceAll(exampleToken, token)
    .replaceAll(examplePrincipal.sessionId, String(context['sessionId']));
  const event: ExampleEvent = JSON.parse(written);
  if (event.requestContext.authorizer) Object.assign(event.requestContext.authorizer, context);
  return JSON.stringify(event);
}

interface Moment {
  readonly ms: number;
  readonly cpuMs: number;
}

/** What `measured-process.js` writes. */
interface Outcome {
  readonly loaded: Moment;
  readonly ready: Moment;
  readonly answered: Moment;
  readonly calls: number;
  readonly warmCpuMs: number;
  readonly peakMb: number;
  readonly result: { statusCode?: number; policyDocument?: object; context?: Record<string, unknown> };
}

/** @throws Error if the function does not respond, or fails. */
async function run({ name, bundle, event, environment }: Subject, node: string, warmCalls: number) {
  const program = join(__dirname, 'measured-process.js');
  const child = spawn(node, [program, bundle, event, String(warmCalls)], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const [written] = await Promise.all([text(child.stdio[3] as NodeJS.ReadableStream), ended]);
  if (written === '') throw new Error(`${name} did not answer.`);
  const outcome: Outcome = JSON.parse(written);
  const { statusCode = 0, policyDocument } = outcome.result;
  const isSuccess = policyDocument
    ? JSON.stringify(policyDocument).includes('"Allow"')
    : (statusCode >= 200 && statusCode < 300) || (name === 'fallback' && statusCode === 404);
  if (!isSuccess) throw new Error(`${name} answered ${JSON.stringify(outcome.result)}.`);
  return outcome;
}

interface Sample extends Outcome {
  readonly databaseCalls: number;
}
type Samples = ReadonlyMap<string, readonly Sample[]>;

/** Each round runs every function once, so that a slow moment of the machine affects all of them. The first round is not counted. */
async function measure(subjects: readonly Subject[], node: string, rounds: number): Promise<Samples> {
  const samples = new Map<string, Sample[]>(subjects.map(({ title }) => [title, []]));
  for (let round = -1; round < rounds; round += 1)
    for (const subject of subjects) {
      const replayed = () => subject.recording?.replayed() ?? 0;
      const before = replayed();
      const outcome = await run(subject, node, WARM_CALLS);
      const databaseCalls = (replayed() - before) / outcome.calls;
      if (round >= 0) samples.get(subject.title)?.push({ ...outcome, databaseCalls });
    }
  return samples;
}

function bytesTable(): string {
  const bundles = readdirSync(join(__dirname, '..', 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map(({ name }) => readBundle(name));
  const toPart = (owner: string): string => (/^@(aws-sdk|aws|smithy)\//.test(owner) ? 'SDK' : owner);
  const columns = [...new Set(bundles.flatMap(({ bytesByOwner }) => [...bytesByOwner.keys()].map(toPart)))];
  const rows = bundles.map(({ name, bytes, bytesByOwner }) => {
    const sumColumn = (column: string): number =>
      [...bytesByOwner].reduce((sum, [owner, part]) => sum + (toPart(owner) === column ? part : 0), 0);
    return [name, ...columns.map((column) => String(sumColumn(column))), String(bytes)];
  });
  return table([['bytes', ...columns, 'together'], ...rows]);
}

/** Of an even number of values, the greater middle one. */
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Medians. Those of the cold start also as multiples of the empty handler in the same round. */
function timesTable(samples: Samples): string {
  const starts: readonly (readonly [title: string, of: (sample: Sample) => number])[] = [
    ['loaded', ({ loaded }) => loaded.ms],
    ['CPU', ({ loaded }) => loaded.cpuMs],
    ['ready', ({ ready }) => ready.ms],
    ['answered', ({ answered }) => answered.ms],
    ['CPU', ({ answered }) => answered.cpuMs],
  ];
  const empty = samples.get(EMPTY) ?? [];
  const rows = [...samples].map(([name, all]) => {
    const cold = starts.map(([, of]) => {
      const ratios = all.map((sample, round) => of(sample) / of(empty[round] as Sample));
      return `${median(all.map(of)).toFixed(1)} (${median(ratios).toFixed(2)})`;
    });
    const warm = median(all.map(({ warmCpuMs }) => warmCpuMs * 1000)).toFixed(0);
    const peakMb = Math.max(...all.map((sample) => sample.peakMb)).toFixed(0);
    return [name, ...cold, warm, String(all[0]?.databaseCalls), peakMb];
  });
  const titles = starts.map(([title]) => title);
  return table([['ms (× empty)', ...titles, 'warm call, CPU µs', 'database calls', 'peak MB'], ...rows]);
}
