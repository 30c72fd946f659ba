const { Template } = require('aws-cdk-lib/assertions');
const cdk = require('aws-cdk-lib/core');
const { Client, memoryStore } = require('token-auth/client');
const { readPrincipal } = require('token-auth/principal');
const { AppStack } = require('../lib/app-stack');

test('the stack contains the backend, and an external authorizer', () => {
  const template = Template.fromStack(new AppStack(new cdk.App(), 'TestStack'));
  template.resourceCountIs('AWS::DynamoDB::Table', 4);
  template.resourceCountIs('AWS::ApiGateway::Authorizer', 2);
});

test('nobody calls a method that is not protected', () => {
  expect(readPrincipal({ requestContext: {} })).toBeUndefined();
});

test('the client starts signed out', async () => {
  const client = new Client({ baseUrl: 'https://auth.example.com', store: memoryStore() });
  expect(await client.isSignedIn()).toEqual({ ok: true, value: false });
});
