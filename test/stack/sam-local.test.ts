/** What a template for `sam local` has, and that no other has any of it. */
import { App } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { backendFunctionNames, backendFunctions } from '../../functions/functions';
import { AuthStack } from '../../lib/auth-stack';
import { samDatabaseEndpoint, samStackProps } from '../../lib/sam-local';
import { templateWith } from '../support/assembly';

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

/** `cdk deploy` stops before its first change if the credentials are for another account than the stack. */
it("the stack of a template for sam local is for an account that is nobody's, by the credentials of who deploys", () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  new AuthStack(app, 'Sam', { settings: { sam: true }, ...samStackProps() });
  const { environment, assumeRoleArn } = app.synth().getStackByName('Sam');
  expect([environment.account, assumeRoleArn]).toEqual(['123456789012', undefined]);
});
