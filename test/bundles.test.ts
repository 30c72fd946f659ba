/** What is deployed: each function's bundle, made as CDK makes it, and how large it may be. */
import { OURS, readBundle } from '../bench/bundle';
import { backendFunctionNames, type FunctionName, functions } from '../functions/functions';
import type { EndpointDefinition, FunctionDefinition } from '../functions/shared/definition';

/** What it takes to speak to DynamoDB. */
const database = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/core',
  '@aws-sdk/dynamodb-codec',
  '@aws-sdk/lib-dynamodb',
  '@aws-sdk/util-dynamodb',
  '@smithy/core',
  '@smithy/node-http-handler',
  '@smithy/signature-v4',
  '@smithy/types',
];

/** What it takes to speak to SES and EventBridge as well. */
const channels = [
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-sesv2',
  '@aws-sdk/signature-v4-multi-region',
];

/** The stricter reading of the budgets: not 1,024 bytes. */
const KB = 1000;

function allowanceOf(name: FunctionName): { packages: string[]; bytes: number } {
  const { tables, ...definition }: Partial<EndpointDefinition> & FunctionDefinition = functions[name];
  if (Object.keys(tables).length === 0) return { packages: [], bytes: 14 * KB };
  if (name === 'deliver')
    return { packages: [...database, ...channels, 'bcryptjs', 'valibot'].sort(), bytes: 320 * KB };
  if (definition.body) {
    const hashing = definition.settings.includes('BCRYPT_COST') ? ['bcryptjs'] : [];
    return { packages: [...database, ...hashing, 'multipasta', 'valibot'].sort(), bytes: 243 * KB };
  }
  return { packages: database, bytes: 194 * KB };
}

describe.each<FunctionName>([...backendFunctionNames, 'external-authorizer'])('the bundle of %s', (name) => {
  const { text, bytes, inputs, bytesByOwner } = readBundle(name);
  const packages = [...bytesByOwner.keys()].filter((owner) => owner !== OURS).sort();
  const allowance = allowanceOf(name);

  it('is no larger than its budget', () => {
    expect(bytes).toBeLessThanOrEqual(allowance.bytes);
  });

  it('holds these packages and no other: bcryptjs, valibot and multipasta where a body is read', () => {
    expect(packages).toEqual(allowance.packages);
  });

  it('says when it is ready if it speaks to the database, and else is at once', () => {
    expect(/\{handler:function\(\)\{return [\w$]+\},ready:function\(\)\{return [\w$]+\}\}/.test(text)).toBe(
      packages.includes('@aws-sdk/client-dynamodb'),
    );
  });

  it('holds its own folder, what is shared, the shims of the SDK, the route table, and no other endpoint', () => {
    const ours = inputs.map(([path]) => path).filter((path) => !path.includes('node_modules'));
    expect(
      ours.filter(
        (path) =>
          !new RegExp(
            `^functions/(${name}|shared)/|^lib/sdk-shims/|^functions/endpoints.ts$|^functions/[a-z-]+/endpoint.ts$`,
          ).test(path),
      ),
    ).toEqual([]);
  });

  it('holds of other endpoints where they are, and nothing else', () => {
    const others = inputs.filter(
      ([path]) => /^functions\/[a-z-]+\/endpoint\.ts$/.test(path) && !path.includes(`/${name}/`),
    );
    for (const [, size] of others) expect(size).toBeLessThan(200);
  });

  it('holds nothing of the description of the API', () => {
    expect(inputs.map(([path]) => path)).not.toContain('functions/shared/description.ts');
    expect(text).not.toMatch(/\btag:"/);
  });

  it('holds nothing of the clock that can be moved on this machine', () => {
    expect(text).not.toMatch(/_local|SharedArrayBuffer|clockOffset/);
  });
});
