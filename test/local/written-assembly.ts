/** Assemblies written by hand, for templates that CDK would not write. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '../../local/template/deployment';
import { loadDeployment } from '../../local/template/load-deployment';

/** Resources as they stand in a template. */
export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const invocationUri = {
  'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Handler.Arn}/invocations`,
};

/** The least that can be run: `GET /` of a function that may be invoked by everyone. */
export const leastResources: Resources = {
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
  Handler: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'code.zip' },
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Runtime: 'nodejs24.x',
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'Handler' },
      Principal: 'apigateway.amazonaws.com',
    },
  },
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'Api' } },
  Method: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      AuthorizationType: 'NONE',
      HttpMethod: 'GET',
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invocationUri },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      RestApiId: { Ref: 'Api' },
    },
  },
  Deployed: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' } } },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { DeploymentId: { Ref: 'Deployed' }, RestApiId: { Ref: 'Api' }, StageName: 'test' },
  },
};

/** A resource of the least ones with other properties. */
export function changed(logicalId: string, properties: Readonly<Record<string, unknown>>): Resources {
  const resource = leastResources[logicalId];
  const before = resource?.['Properties'];
  return { [logicalId]: { ...resource, Properties: { ...(before as object), ...properties } } };
}

/** Files of an assembly, by name. */
export type AssemblyFiles = Readonly<Record<string, unknown>>;

export function filesOf(resources: Resources, sections: AssemblyFiles = {}): AssemblyFiles {
  return {
    'manifest.json': {
      artifacts: {
        Stack: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Stack.template.json' } },
        'Stack.assets': { type: 'cdk:asset-manifest', properties: { file: 'Stack.assets.json' } },
        Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      },
    },
    'Stack.assets.json': {
      files: {
        code: {
          source: { path: 'asset.code', packaging: 'zip' },
          destinations: { here: { objectKey: 'code.zip' } },
        },
        template: {
          source: { path: 'Stack.template.json', packaging: 'file' },
          destinations: { here: { objectKey: 'template.json' } },
        },
      },
    },
    'Stack.template.json': { Resources: resources, ...sections },
  };
}

/** Loads an assembly with these files, which are gone afterwards, and a folder for the code. */
export function loadFiles(files: AssemblyFiles, codeFolder = 'asset.code'): Deployment {
  const folder = mkdtempSync(join(tmpdir(), 'written-assembly-'));
  try {
    mkdirSync(join(folder, codeFolder));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return loadDeployment(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads the least resources with others beside or instead of them. */
export function load(resources: Resources = {}, sections: AssemblyFiles = {}): Deployment {
  return loadFiles(filesOf({ ...leastResources, ...resources }, sections));
}
