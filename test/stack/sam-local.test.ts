/** What a template for `sam local` has, and that no other has any of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { App } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { backendFunctionNames, backendFunctions } from '../../functions/functions';
import { AuthStack } from '../../lib/auth-stack';
import { samDatabaseEndpoint, samStackProps } from '../../lib/sam-local';
import { templateWith } from '../support/assembly';

const CDK = join(__dirname, '../../bin/cdk.js');

const functionsOf = (template: Template): Record<string, any> =>
  Object.fromEntries(
    Object.entries(template.findResources('AWS::Lambda::Function')).map(([id, resource]) => [
      id.replace(/Function[0-9A-F]{8}$/, ''),
      resource,
    ]),
  );

const plain = templateWith({});
const sam = templateWith({ sam: true });
const functions = functionsOf(sam);
const pascalCase = (name: string) =>
  name
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');

describe('a template for sam local', () => {
  it.each(backendFunctionNames)('names the function of %s as one would type it', (name) => {
    expect(functions[pascalCase(name)].Metadata.SamResourceId).toBe(`${pascalCase(name)}Function`);
  });

  it.each(backendFunctionNames)(
    'shows the function of %s the database on this machine if it uses one',
    (name) => {
      const { AWS_ENDPOINT_URL_DYNAMODB } = functions[pascalCase(name)].Properties.Environment.Variables;
      expect(AWS_ENDPOINT_URL_DYNAMODB).toBe(
        Object.keys(backendFunctions[name].tables).length > 0 ? samDatabaseEndpoint : undefined,
      );
    },
  );

  it.each(['x64', 'arm64'])('is for the CPU of this machine: %s', (arch) => {
    const before = Object.getOwnPropertyDescriptor(process, 'arch')!;
    Object.defineProperty(process, 'arch', { value: arch });
    const architectures = Object.values(functionsOf(templateWith({ sam: true }))).map(
      ({ Properties }) => Properties.Architectures,
    );
    Object.defineProperty(process, 'arch', before);
    const expected = arch === 'arm64' ? 'arm64' : 'x86_64';
    expect(architectures).toEqual(backendFunctionNames.map(() => [expected]));
  });

  it('lets the authorizer alone pass denials on', () => {
    const passing = Object.entries(functions).filter(
      ([, { Properties }]) => 'FORWARD_DENIALS' in Properties.Environment.Variables,
    );
    expect(passing.map(([name]) => name)).toEqual(['Authorizer']);
  });

  it('differs from the one that is deployed in nothing else', () => {
    const template = structuredClone(sam.toJSON());
    for (const resource of Object.values<any>(template['Resources'])) {
      if (resource.Type !== 'AWS::Lambda::Function') continue;
      expect(Object.keys(resource.Metadata)).toEqual(['SamResourceId']);
      delete resource.Metadata;
      resource.Properties.Architectures = ['arm64'];
      delete resource.Properties.Environment.Variables.AWS_ENDPOINT_URL_DYNAMODB;
      delete resource.Properties.Environment.Variables.FORWARD_DENIALS;
    }
    expect(template).toEqual(plain.toJSON());
  });

  it('has construct paths on functions alone: sam prints a line for each on anything else', () => {
    const withPaths = templateWith({ sam: true, 'aws:cdk:enable-path-metadata': true }).toJSON();
    const named = Object.values<any>(withPaths['Resources']).filter(
      ({ Metadata }) => Metadata?.['aws:cdk:path'] !== undefined,
    );
    expect(named.map(({ Type }) => Type)).toEqual(backendFunctionNames.map(() => 'AWS::Lambda::Function'));
  });
});

describe('cdk deploy of a template for sam local', () => {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-sam-deploy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Takes everyone for account 999999999999, and notes what was asked. */
  async function startAws() {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      asked.push(new URLSearchParams(await text(request)).get('Action') ?? `${request.url}`);
      response
        .writeHead(200, { 'Content-Type': 'text/xml' })
        .end(
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::999999999999:user/dev</Arn>' +
            '<UserId>dev</UserId><Account>999999999999</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('stops before it changes anything, whatever the account', async () => {
    const app = new App({ outdir: join(folder, 'out'), context: { 'aws:cdk:bundling-stacks': [] } });
    new AuthStack(app, 'Sam', { settings: { sam: true }, ...samStackProps() });
    const { directory } = app.synth();
    const aws = await startAws();
    const cdk = spawn(process.execPath, [CDK, 'deploy', '--app', directory, '--no-notices'], {
      cwd: folder,
      env: {
        // The tool remembers accounts by access key, in its home and not the user's.
        CDK_HOME: folder,
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: aws.url,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [output, [exitCode]] = await Promise.all([text(cdk.stderr), once(cdk, 'close')]);
    aws.server.close();
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'Need to perform AWS calls for account 123456789012, but the current credentials are for 999999999999',
    );
    expect(new Set(aws.asked)).toEqual(new Set(['GetCallerIdentity']));
    expect(output).not.toContain('NodeVersionSupportWarning');
  });
});
