/** What is measured: every function of the API as it is deployed, and what its times are compared with. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type BackendFunctionName, functionNames } from '../../functions/shared/environment';
import { sessionKey } from '../../functions/shared/store/schema';
import { BUNDLE_FILE, bundling } from '../../lib/bundled-code';
import { buildEnvironment } from '../../local/functions/environment';
import type { Deployment, FunctionDefinition } from '../../local/template/deployment';
import { exampleEvents, exampleToken } from '../../tools/sam/example-events';

export interface Subject {
  readonly name: string;
  /** Absolute path of the bundle. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event: object;
  /** The one answer that is right. */
  readonly answer: string;
  /** Calls in a batch, of which there are three. */
  readonly calls: number;
  /** What a password hash costs here; 0 without one. */
  readonly bcryptCost: number;
}

/** The least that bcrypt takes: what is left of a request is seen beside it. */
export const LEAST_COST = 4;
/** Those that a deployment might choose, the default first. */
export const COSTS = [10, 11, 12] as const;
export const SIGNED = 'GetItem, signed by hand';
export const SDK = 'GetItem, by the SDK';

export const comparisonAt = (cost: number): string => `bcrypt compare, cost ${cost}`;
export const withCost = (name: string, cost: number): string => `${name}, cost ${cost}`;

const HASHING: readonly BackendFunctionName[] = ['login', 'signup'];

const answers: Readonly<Partial<Record<BackendFunctionName, string>>> = {
  authorizer: 'Allow',
  signup: '201',
  'logout-all': '204',
  'end-session': '204',
  fallback: '404',
};

export interface Password {
  readonly text: string;
  /** By cost. */
  readonly hashes: ReadonlyMap<number, string>;
}

/** The functions of a deployment, in the order of their names. */
export const functionsOf = ({
  functions,
}: Deployment): ReadonlyMap<BackendFunctionName, FunctionDefinition> =>
  new Map(
    functionNames.flatMap((name) => {
      const id = `${name.replaceAll('-', '')}function`;
      const found = functions.find(({ logicalId }) => logicalId.toLowerCase().startsWith(id));
      return found ? [[name, found] as const] : [];
    }),
  );

/** Every subject once; those with a password at the least cost and at the default. */
export function subjectsOf(deployment: Deployment, folder: string, password: Password): readonly Subject[] {
  const definitions = [...functionsOf(deployment)];
  const ours = definitions.flatMap(([name, definition]) => {
    if (!HASHING.includes(name)) return [functionSubject(name, definition)];
    return [LEAST_COST, COSTS[0]].map((cost) => functionSubject(name, definition, cost));
  });
  return [...databaseCalls(folder), ...ours, ...comparisons(folder, password)];
}

function functionSubject(name: BackendFunctionName, definition: FunctionDefinition, bcryptCost = 0): Subject {
  const cost = bcryptCost > 0 ? { BCRYPT_COST: String(bcryptCost) } : undefined;
  return {
    name: bcryptCost > 0 ? withCost(name, bcryptCost) : name,
    file: join(definition.codeFolder, BUNDLE_FILE),
    environment: buildEnvironment(definition, { ...cost }),
    event: exampleEvents()[name],
    answer: answers[name] ?? '200',
    calls: callsAt(bcryptCost),
    bcryptCost,
  };
}

/** Enough for some tenths of a second. */
const callsAt = (bcryptCost: number): number => {
  if (bcryptCost >= COSTS[0]) return 3;
  return bcryptCost === 0 ? 400 : 100;
};

const aws = {
  AWS_ACCESS_KEY_ID: 'nobody',
  AWS_SECRET_ACCESS_KEY: 'nothing',
  AWS_REGION: 'us-east-1',
};

function databaseCalls(folder: string): readonly Subject[] {
  const address = { locator: exampleToken.slice(0, 10), session: exampleToken.slice(10, 14) };
  const common = { environment: aws, answer: '200', calls: callsAt(0), bcryptCost: 0 };
  const read = { TableName: 'Tokens', ConsistentRead: true };
  const { user, session } = sessionKey(address);
  const onTheWire = { ...read, Key: { user: { S: user }, session: { S: session } } };
  return [
    { ...common, name: SIGNED, file: bundled('signed-get-item', folder), event: onTheWire },
    {
      ...common,
      name: SDK,
      file: bundled('sdk-get-item', folder),
      event: { ...read, Key: { user, session } },
    },
  ];
}

function comparisons(folder: string, { text, hashes }: Password): readonly Subject[] {
  const file = bundled('password-hash', folder);
  return [...hashes].map(([cost, hash]) => ({
    name: comparisonAt(cost),
    file,
    environment: {},
    event: { password: text, hash, cost },
    answer: '200',
    calls: callsAt(cost),
    bcryptCost: cost,
  }));
}

/** Bundles a handler of this folder as the functions are bundled. */
const bundled = (name: string, folder: string): string => bundle(join('handlers', name), folder);

/** @param source without its extension, in this folder. */
export function bundle(source: string, folder: string): string {
  const outfile = join(folder, `${source}.js`);
  buildSync({ ...bundling, entryPoints: [join(__dirname, `${source}.ts`)], outfile, logLevel: 'error' });
  return outfile;
}
