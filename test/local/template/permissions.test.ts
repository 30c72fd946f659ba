import { changed, filesOf, leastResources, load, loadFiles, type Resources } from '../written-assembly';

const missing =
  'Handler (AWS::Lambda::Function): no AWS::Lambda::Permission lets API Gateway invoke it for GET /items/{id}/{rest+}';

/** The least method, moved to `/items/{id}/{rest+}`. */
const moved: Resources = {
  Items: part('items', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
  Item: part('{id}', { Ref: 'Items' }),
  Rest: part('{rest+}', { Ref: 'Item' }),
  ...changed('Method', { ResourceId: { Ref: 'Rest' } }),
};

function part(PathPart: string, ParentId: object): Resources[string] {
  return { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart, ParentId, RestApiId: { Ref: 'Api' } } };
}

function permission(properties: object): Resources {
  return changed('Permission', { ...properties });
}

function source(path: string): object {
  return {
    SourceArn: { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/${path}` },
  };
}

describe('Loading a template', () => {
  it.each([
    ['of everything', {}],
    ['of the API', source('*')],
    ['of the stage, by reference', source(`\${Stage}/*/*`)],
    ['of the path as CDK writes it', source('test/GET/items/*/*')],
    ['of the method on every path', source('*/GET/*')],
    ["by the function's ARN", { FunctionName: { 'Fn::GetAtt': ['Handler', 'Arn'] } }],
  ])('is content with a permission %s', (_, properties) => {
    expect(() => load({ ...moved, ...permission(properties) })).not.toThrow();
  });

  it.each([
    ['another principal', { Principal: 'events.amazonaws.com' }],
    ['another action', { Action: 'lambda:InvokeFunctionUrl' }],
    ['another function', { FunctionName: 'Other' }],
    ['another API', { SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:Other/*' }],
    ['another account', { SourceArn: 'arn:aws:execute-api:us-east-1:999999999999:*/*' }],
    ['the test stage alone', source('test-invoke-stage/GET/items/*/*')],
    ['another method', source('*/POST/items/*/*')],
    ['another path', source('test/GET/other/*')],
    ['the name of a variable', source('test/GET/items/{id}/*')],
    ['one value of a variable', source('test/GET/items/7/*')],
  ])('refuses a method whose function may be invoked only by or for %s', (_, properties) => {
    expect(() => load({ ...moved, ...permission(properties) })).toThrow(new Error(missing));
  });

  it('wants a permission for every method where the method is ANY', () => {
    const any = { ...moved, ...changed('Method', { HttpMethod: 'ANY', ResourceId: { Ref: 'Rest' } }) };

    expect(() => load({ ...any, ...permission(source('*/GET/*')) })).toThrow(missing.replace('GET', 'ANY'));
    expect(() => load({ ...any, ...permission(source('*/*/items/*')) })).not.toThrow();
  });

  it('wants a permission for the authorizer, also where the method has one', () => {
    const authorizer = {
      Auth: {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: {
          AuthorizerResultTtlInSeconds: 0,
          AuthorizerUri: {
            'Fn::Sub': `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${Handler.Arn}/invocations`,
          },
          RestApiId: { Ref: 'Api' },
          Type: 'REQUEST',
        },
      },
      ...changed('Method', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Auth' } }),
    };

    expect(() => load({ ...authorizer, ...permission(source('test/GET/')) })).toThrow(
      'Handler (AWS::Lambda::Function): no AWS::Lambda::Permission lets API Gateway invoke it for the authorizer Auth',
    );
    expect(() => load({ ...authorizer, ...permission(source('*')) })).not.toThrow();
  });

  it('refuses functions without any permission, all at once', () => {
    const { Permission: _, ...others } = { ...leastResources, ...moved };
    const root = changed('Method', { HttpMethod: 'POST' })['Method'] ?? {};

    expect(() => loadFiles(filesOf({ ...others, Root: root }))).toThrow(/for POST \/\n.*for GET \/items/);
  });
});
