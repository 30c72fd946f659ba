import type { ThrottlingDefinition } from '../../../local/template/deployment';
import { changed, leastResources, load, type Resources } from './written-assembly';

const root = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
const method = leastResources['Method']?.['Properties'] as object;

/** `GET /`, `GET /items/{id}` and `ANY /items/{id}`. */
const methods: Resources = {
  Items: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: { ParentId: root, PathPart: 'items', RestApiId: 'Api' },
  },
  Item: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: { ParentId: { Ref: 'Items' }, PathPart: '{id}', RestApiId: 'Api' },
  },
  GetItem: { Type: 'AWS::ApiGateway::Method', Properties: { ...method, ResourceId: { Ref: 'Item' } } },
  AnyItem: {
    Type: 'AWS::ApiGateway::Method',
    Properties: { ...method, HttpMethod: 'ANY', ResourceId: { Ref: 'Item' } },
  },
};

/** The limits by method with these settings of the stage. */
function throttlings(...settings: object[]): Record<string, ThrottlingDefinition | undefined> {
  const {
    apis: [api],
  } = load({ ...methods, ...changed('Stage', { MethodSettings: settings }) });
  const entries = api.resources.flatMap(({ path, methods: those }) =>
    [...those].map(([name, { throttling }]) => [`${name} ${path}`, throttling] as const),
  );
  return Object.fromEntries(entries);
}

/** Method and path as a template writes them: `GET /~1items`. */
const setting = (methodAndPath: string, rate: number, burst: number) => {
  const [HttpMethod, ResourcePath] = methodAndPath.split(' ');
  return { HttpMethod, ResourcePath, ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
};

describe("A stage's settings for its methods", () => {
  const none = { 'GET /': undefined, 'GET /items/{id}': undefined, 'ANY /items/{id}': undefined };

  it('limit nothing if they do not speak of throttling', () => {
    const withoutMeaning = {
      CacheDataEncrypted: true,
      CacheTtlInSeconds: 60,
      CachingEnabled: false,
      DataTraceEnabled: false,
      LoggingLevel: 'INFO',
      MetricsEnabled: true,
    };

    expect(throttlings()).toEqual(none);
    expect(throttlings({ HttpMethod: '*', ResourcePath: '/*', ...withoutMeaning })).toEqual(none);
  });

  it('limit every method, ANY among them, if they are for all', () => {
    const limits = { burstLimit: 20, rateLimit: 10.5 };

    expect(throttlings(setting('* /*', 10.5, 20))).toEqual({
      'GET /': limits,
      'GET /items/{id}': limits,
      'ANY /items/{id}': limits,
    });
  });

  it.each([
    ['GET /', 'GET /'],
    ['GET /~1items~1{id}', 'GET /items/{id}'],
    ['ANY /~1items~1{id}', 'ANY /items/{id}'],
  ])('limit one method alone: %s', (written, name) => {
    expect(throttlings(setting(written, 1, 2))).toEqual({
      ...none,
      [name]: { burstLimit: 2, rateLimit: 1 },
    });
  });

  it.each([['before'], ['after']])(
    "prefer a method's own limits to those of all, also if they stand %s them",
    (place) => {
      const settings = [setting('GET /', 0, 0), setting('* /*', 10, 20)];

      expect(throttlings(...(place === 'before' ? settings : settings.reverse()))).toMatchObject({
        'GET /': { burstLimit: 0, rateLimit: 0 },
        'GET /items/{id}': { burstLimit: 20, rateLimit: 10 },
      });
    },
  );

  it('leave the limits of all to a method whose own setting has none', () => {
    const own = { HttpMethod: 'GET', ResourcePath: '/', MetricsEnabled: true };

    expect(throttlings(own, setting('* /*', 10, 20))).toMatchObject({
      'GET /': { burstLimit: 20, rateLimit: 10 },
    });
  });

  const all = setting('* /*', 10, 20);
  it.each<[string, object[], string | RegExp]>([
    [
      'caching',
      [{ ...all, CachingEnabled: true }],
      'MethodSettings.0.CachingEnabled: Caching is not understood',
    ],
    ['an unknown member', [{ ...all, Retries: 1 }], /MethodSettings\.0\.Retries: /],
    ['no method', [{ ...all, HttpMethod: undefined }], /MethodSettings\.0\.HttpMethod: /],
    ['no path', [{ ...all, ResourcePath: undefined }], /MethodSettings\.0\.ResourcePath: /],
    [
      'a rate that is text',
      [{ ...all, ThrottlingRateLimit: '10' }],
      /MethodSettings\.0\.ThrottlingRateLimit: /,
    ],
    [
      'a negative rate',
      [{ ...all, ThrottlingRateLimit: -1 }],
      'MethodSettings.0.ThrottlingRateLimit: A limit cannot be negative',
    ],
    ['half a token', [{ ...all, ThrottlingBurstLimit: 1.5 }], /MethodSettings\.0\.ThrottlingBurstLimit: /],
    [
      'a rate without a burst',
      [{ ...all, ThrottlingBurstLimit: undefined }],
      'MethodSettings.0: ThrottlingRateLimit and ThrottlingBurstLimit are understood only together',
    ],
    [
      'a burst without a rate',
      [{ ...all, ThrottlingRateLimit: undefined }],
      'MethodSettings.0: ThrottlingRateLimit and ThrottlingBurstLimit are understood only together',
    ],
    ['a method twice', [setting('GET /', 1, 1), setting('GET /', 1, 1)], 'it has two settings for GET /'],
    [
      'a method that is not there',
      [setting('POST /~1items~1{id}', 1, 1)],
      'its setting for POST /items/{id} is for no method of the API',
    ],
    [
      'all methods of one path',
      [setting('* /~1items~1{id}', 1, 1)],
      'its setting for * /items/{id} is for no method of the API',
    ],
    [
      'one method on all paths',
      [setting('GET /*', 1, 1)],
      'its setting for GET * is for no method of the API',
    ],
    [
      'a path with slashes',
      [setting('GET /items/{id}', 1, 1)],
      'its setting for GET items/{id} is for no method',
    ],
  ])('are refused for %s', (_, settings, message) => {
    expect(() => throttlings(...settings)).toThrow(message);
    expect(() => throttlings(...settings)).toThrow(/^Stage \(AWS::ApiGateway::Stage\): /);
  });
});
