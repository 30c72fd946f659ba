import { changed, leastResources, load, type Resources } from '../written-assembly';

const part = (PathPart: string, ParentId: object) => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { PathPart, ParentId, RestApiId: { Ref: 'Api' } },
});

/** The least method, moved to `/items/{id}/{rest+}`. */
const moved: Resources = {
  Items: part('items', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
  Item: part('{id}', { Ref: 'Items' }),
  Rest: part('{rest+}', { Ref: 'Item' }),
  ...changed('Method', { ResourceId: { Ref: 'Rest' } }),
};

/** A permission for requests to the API that match the path. */
const source = (path: string) => ({
  SourceArn: { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/${path}` },
});

const loadWith = (permission: object, resources = moved) =>
  load({ ...resources, ...changed('Permission', { ...permission }) });

const missing = 'Handler (AWS::Lambda::Function): no AWS::Lambda::Permission lets API Gateway invoke it for ';

describe('A template', () => {
  it.each([
    ['of everything', {}],
    ['of the API', source('*')],
    ['of the stage, by reference', source(`\${Stage}/*/*`)],
    ['of the path as CDK writes it', source('test/GET/items/*/*')],
    ['of the method on every path', source('*/GET/*')],
    ["by the function's ARN", { FunctionName: { 'Fn::GetAtt': ['Handler', 'Arn'] } }],
  ])('may have a permission %s', (_, permission) => {
    expect(() => loadWith(permission)).not.toThrow();
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
    ['one value of a variable', source('test/GET/items/7/*')],
  ])('is refused if API Gateway has a permission only by or for %s', (_, permission) => {
    expect(() => loadWith(permission)).toThrow(`${missing}GET /items/{id}/{rest+}`);
  });

  it('needs a permission for every method where the method is ANY', () => {
    const any = { ...moved, ...changed('Method', { HttpMethod: 'ANY', ResourceId: { Ref: 'Rest' } }) };

    expect(() => loadWith(source('*/GET/*'), any)).toThrow(`${missing}ANY /items/{id}/{rest+}`);
    expect(() => loadWith(source('*/*/items/*'), any)).not.toThrow();
  });

  it('needs a permission for the authorizer beside that for the method', () => {
    const { Integration } = leastResources['Method']!['Properties'] as { Integration: { Uri: object } };
    const Properties = {
      AuthorizerResultTtlInSeconds: 0,
      AuthorizerUri: Integration.Uri,
      RestApiId: { Ref: 'Api' },
      Type: 'REQUEST',
    };
    const authorized = {
      Auth: { Type: 'AWS::ApiGateway::Authorizer', Properties },
      ...changed('Method', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Auth' } }),
    };

    expect(() => loadWith(source('test/GET/'), authorized)).toThrow(`${missing}the authorizer Auth`);
    expect(() => loadWith(source('*'), authorized)).not.toThrow();
  });
});
