import { LambdaIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { load } from '../template/written-assembly';

describe('A template with two APIs', () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
    const saying = (text: string) =>
      new LambdaIntegration(
        app.addFunction(text, `exports.handler = async () => ({ statusCode: 200, body: '${text}' });`),
      );
    const other = new RestApi(app.stack, 'Other', {
      cloudWatchRole: false,
      deployOptions: { stageName: 'other' },
    });
    app.api.root.addResource('same').addMethod('GET', saying('First'));
    other.root.addResource('same').addMethod('GET', saying('Second'));
    const closed = 'exports.handler = async () => { throw new Error("Unauthorized"); };';
    const authorized = app.authorizedBy(app.addFunction('Closed', closed));
    other.root.addResource('closed').addMethod('GET', saying('Never'), authorized);
    other.addGatewayResponse('Missing', {
      type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
      statusCode: '404',
    });
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  const urlOf = (id: string) =>
    Object.entries(running.urls).find(([logicalId]) => logicalId.startsWith(id))![1];

  it('serves each under a URL of its own, with its own functions and gateway responses', async () => {
    expect(Object.keys(running.urls)).toHaveLength(2);
    expect(running.url).toBe(urlOf('Api'));
    const textAt = async (url: string) => (await fetch(url)).text();
    expect(await textAt(`${urlOf('Api')}/same`)).toBe('First');
    expect(await textAt(`${urlOf('Other')}/same`)).toBe('Second');
    expect((await fetch(`${urlOf('Api')}/nowhere`)).status).toBe(403);
    expect((await fetch(`${urlOf('Other')}/nowhere`)).status).toBe(404);
  });

  it('has authorizers that belong to one of them', async () => {
    const { status } = await fetch(`${urlOf('Other')}/closed`);
    expect(status).toBe(401);
    expect((await fetch(`${urlOf('Api')}/closed`)).status).toBe(403);
  });

  it('stops serving all of them', async () => {
    const urls = Object.values(running.urls);
    await running.close();
    for (const url of urls) await expect(fetch(url)).rejects.toThrow();
  });
});

it('A resource of an API that is not in the template is refused', () => {
  const Properties = { RestApiId: 'Elsewhere', ResponseType: 'THROTTLED' };
  expect(() => load({ Response: { Type: 'AWS::ApiGateway::GatewayResponse', Properties } })).toThrow(
    'Response (AWS::ApiGateway::GatewayResponse): the API Elsewhere is not in the template',
  );
});
