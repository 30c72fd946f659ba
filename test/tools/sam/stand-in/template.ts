/** Reads a template as `sam local` does, by the metadata that the CDK's command line writes, and by nothing that `local/` knows. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface SamFunction {
  /** What one types after `sam local invoke`. */
  readonly id: string;
  readonly codeFolder: string;
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Those of the template; a reference to a table is its logical id, any other is empty. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface SamRoute {
  /** `/api/sessions/{id}` */
  readonly resource: string;
  /** Or `ANY`. */
  readonly method: string;
  readonly functionId: string;
  readonly authorizerId: string | undefined;
}

export interface SamTemplate {
  /** By the id that one types. */
  readonly functions: ReadonlyMap<string, SamFunction>;
  readonly routes: readonly SamRoute[];
}

type Resources = Readonly<Record<string, any>>;

export function readSamTemplate(file: string): SamTemplate {
  const { Resources: resources }: { Resources: Resources } = JSON.parse(readFileSync(file, 'utf8'));
  const functions = ofType(resources, 'AWS::Lambda::Function').map((id) =>
    functionOf(resources[id], dirname(file)),
  );
  return {
    functions: new Map(functions.map((definition) => [definition.id, definition])),
    routes: ofType(resources, 'AWS::ApiGateway::Method').map((id) => routeOf(resources[id], resources)),
  };
}

const ofType = (resources: Resources, type: string): string[] =>
  Object.keys(resources).filter((id) => resources[id].Type === type);

function functionOf({ Metadata, Properties }: any, folder: string): SamFunction {
  if (Metadata['aws:asset:property'] !== 'Code') throw new Error(`${Metadata['aws:cdk:path']} has no code`);
  return {
    id: Metadata['SamResourceId'],
    codeFolder: join(folder, Metadata['aws:asset:path']),
    handler: Properties.Handler,
    memoryMegabytes: Properties.MemorySize,
    timeoutSeconds: Properties.Timeout,
    variables: Object.fromEntries(
      Object.entries<any>(Properties.Environment.Variables).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : (value.Ref ?? ''),
      ]),
    ),
  };
}

function routeOf({ Properties }: any, resources: Resources): SamRoute {
  const authorizer = resources[Properties.AuthorizerId?.Ref];
  return {
    resource: pathOf(Properties.ResourceId, resources) || '/',
    method: Properties.HttpMethod,
    functionId: functionIn(Properties.Integration.Uri, resources),
    authorizerId: authorizer && functionIn(authorizer.Properties.AuthorizerUri, resources),
  };
}

function pathOf({ Ref }: any, resources: Resources): string {
  const properties = resources[Ref]?.Properties;
  return properties ? `${pathOf(properties.ParentId, resources)}/${properties.PathPart}` : '';
}

/** The function of which an URI holds the ARN. */
function functionIn(uri: unknown, resources: Resources): string {
  const [, logicalId = ''] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(uri)) ?? [];
  return resources[logicalId].Metadata.SamResourceId;
}
