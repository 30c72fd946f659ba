import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { Client, memoryStore } from 'token-auth/client';
import { readPrincipal } from 'token-auth/principal';
import { AppStack } from '../lib/app-stack.mjs';

test('the stack contains the backend, and an external authorizer', () => {
  const template = Template.fromStack(new AppStack(new App(), 'TestStack'));
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
