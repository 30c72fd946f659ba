/** The backend as a part of someone else's app: what `TokenAuth` and `protect` put into a stack, and what they refuse. */
import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AuthorizationType,
  CfnAuthorizer,
  Deployment,
  GatewayResponse,
  type Method,
  type MethodOptions,
  MockIntegration,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { AwsSolutionsChecks } from 'cdk-nag';
import { definition as externalAuthorizer } from '../../functions/external-authorizer/definition';
import { readEnvironment } from '../../functions/shared/environment';
import { type ProtectOptions, SettingsError, TokenAuth, type TokenAuthProps } from '../../lib/index';
import { longestWait } from '../../lib/timeouts';
import { resourcesOf } from '../support/assembly';
import { grantsIn, looseGrantsIn, rolesNearPasswordsIn } from '../support/grants';

class Reports {
  readonly app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  readonly stack = new Stack(this.app, 'Reports');
  readonly auth: TokenAuth;
  readonly api: RestApi;

  constructor(settings: TokenAuthProps = {}) {
    this.auth = new TokenAuth(this.stack, 'Auth', settings);
    this.api = new RestApi(this.stack, 'ReportsApi');
    this.method('GET/open');
  }

  method(path: string, options: MethodOptions = {}, api = this.api): Method {
    const [httpMethod = '', ...parts] = path.split('/');
    return api.root.resourceForPath(parts.join('/')).addMethod(httpMethod, new MockIntegration(), options);
  }

  template(): Template {
    return Template.fromStack(this.stack);
  }
}

const named = (entries: [string, any][], part: string) => entries.filter(([id]) => id.includes(part));
const findExternalAuthorizers = (template: Template) =>
  named(resourcesOf(template, 'AWS::Lambda::Function'), 'ExternalAuthorizerFunction');

describe('TokenAuth in a stack of someone else', () => {
  it('takes its settings as cdk.json does, and refuses in the same words', () => {
    const { stack } = new Reports({ stage: 'prod', tokenLifetime: '12h', roles: ['CLERK', 'BOSS'] });
    Template.fromStack(stack).hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
    const wrong = { tokenLifetime: '7x', stgae: 'prod' } as TokenAuthProps;
    expect(() => new Reports(wrong)).toThrow(SettingsError);
    expect(() => new Reports(wrong)).toThrow(
      'The setting tokenLifetime cannot be "7x". It must be a time from 1m to 3650d, like 30m, 12h or 7d.',
    );
    expect(() => new Reports(wrong)).toThrow('There is no setting "stgae".');
  });

  it('keeps its tables, whatever the settings: their logical ids are pinned', () => {
    const tablesWith = (settings: TokenAuthProps) =>
      resourcesOf(new Reports(settings).template(), 'AWS::DynamoDB::Table').map(([id]) => id);
    const pinned = [
      'AuthTablesUsersA60D3FC6',
      'AuthTablesTokens20740C64',
      'AuthTablesRateLimits2C28C89F',
      'AuthTablesOutbox0677FD43',
    ];
    expect(tablesWith({})).toEqual(pinned);
    expect(tablesWith({ stage: 'prod', monitoring: 'on', messages: 'eventbridge' })).toEqual(pinned);
  });

  it('may be there twice, and no name is given twice', () => {
    const { stack } = new Reports({ monitoring: 'on' });
    new TokenAuth(stack, 'Partners', { monitoring: 'on' });
    const template = Template.fromStack(stack);
    const namesOf = (type: string, property: string) =>
      resourcesOf(template, type).map(([, { Properties }]) => Properties[property]);
    const names = [
      ...namesOf('AWS::CloudWatch::Alarm', 'AlarmName'),
      ...namesOf('AWS::ApiGateway::RestApi', 'Name'),
    ];
    expect(names).toEqual(
      expect.arrayContaining([
        'ServerErrors (Reports-Auth)',
        'ServerErrors (Reports-Partners)',
        'Reports-Auth',
        'Reports-Partners',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
    const namespaces = resourcesOf(template, 'AWS::Lambda::Function').map(
      ([id, { Properties }]) => [id.slice(0, 4), Properties.Environment.Variables.METRICS_NAMESPACE] as const,
    );
    expect(new Map(namespaces)).toEqual(
      new Map([
        ['Auth', 'TokenAuth/Reports-Auth'],
        ['Part', 'TokenAuth/Reports-Partners'],
      ]),
    );
  });
});

describe('protect', () => {
  const reports = new Reports({ corsOrigins: 'https://app.example.com' });
  const { auth } = reports;
  auth.protect(reports.method('GET/reports'));
  auth.protect(reports.method('POST/reports'), { roles: ['MANAGER', 'ADMIN'] });
  auth.protect(reports.method('DELETE/reports/{id}'), { roles: ['ADMIN', 'MANAGER', 'ADMIN'] });
  reports.method('OPTIONS/reports');
  const other = new RestApi(reports.stack, 'Other');
  auth.protect(reports.method('GET/other', {}, other));
  const template = reports.template();
  const inReports = (entries: [string, any][]) => entries.filter(([id]) => id.startsWith('ReportsApi'));

  it('makes one external authorizer for each API and each set of roles, however the roles are written', () => {
    const roles = findExternalAuthorizers(template).map(([id, { Properties }]) => [
      id.startsWith('Other') ? 'Other' : 'ReportsApi',
      Properties.Environment.Variables.ADMITTED_ROLES,
    ]);
    expect(roles.sort()).toEqual([
      ['Other', 'CLERK,MANAGER,ADMIN'],
      ['ReportsApi', 'CLERK,MANAGER,ADMIN'],
      ['ReportsApi', 'MANAGER,ADMIN'],
    ]);
  });

  it('puts it before these methods, and leaves all others as they are', () => {
    const authorizers = new Map(
      named(resourcesOf(template, 'AWS::ApiGateway::Authorizer'), 'AnyRole').concat(
        named(resourcesOf(template, 'AWS::ApiGateway::Authorizer'), 'MANAGER'),
      ),
    );
    const methods = inReports(resourcesOf(template, 'AWS::ApiGateway::Method')).map(([, { Properties }]) => {
      const { HttpMethod, AuthorizationType: type, AuthorizerId } = Properties;
      return [HttpMethod, type, /AnyRole|MANAGERADMIN/.exec(AuthorizerId?.Ref ?? '')?.[0]];
    });
    expect(methods.sort()).toEqual([
      ['DELETE', 'CUSTOM', 'MANAGERADMIN'],
      ['GET', 'CUSTOM', 'AnyRole'],
      ['GET', 'NONE', undefined],
      ['OPTIONS', 'NONE', undefined],
      ['POST', 'CUSTOM', 'MANAGERADMIN'],
    ]);
    for (const { Properties } of authorizers.values())
      expect(Properties).toMatchObject({
        Type: 'REQUEST',
        IdentitySource: '',
        AuthorizerResultTtlInSeconds: 0,
      });
  });

  it('lets API Gateway call an external authorizer for its own authorizer alone', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').filter(([, { Properties }]) =>
      JSON.stringify(Properties.FunctionName).includes('ExternalAuthorizerFunction'),
    );
    expect(permissions).toHaveLength(3);
    for (const [, { Properties }] of permissions)
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/"\/authorizers\/",\{"Ref":"\w+Authorizer\w+"\}/);
  });

  it('answers 401 with its challenge, 403, and 503 on each API, readable by web pages of the origins', () => {
    const responses = inReports(resourcesOf(template, 'AWS::ApiGateway::GatewayResponse')).map(
      ([, { Properties }]) => Properties,
    );
    const said = responses.map(
      ({ ResponseType: type, StatusCode, ResponseTemplates, ResponseParameters }) => [
        type,
        StatusCode,
        JSON.parse(ResponseTemplates['application/json']).detail,
        ResponseParameters['gatewayresponse.header.WWW-Authenticate'],
        ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin'],
      ],
    );
    const origin = "'https://app.example.com'";
    expect(said.sort()).toEqual([
      ['ACCESS_DENIED', '403', 'You do not have permission to perform this action.', undefined, origin],
      ['AUTHORIZER_CONFIGURATION_ERROR', '503', 'Service temporarily unavailable.', undefined, origin],
      ['AUTHORIZER_FAILURE', '503', 'Service temporarily unavailable.', undefined, origin],
      ['UNAUTHORIZED', '401', 'Invalid token.', "'Token'", origin],
    ]);
  });

  it('gives an external authorizer exactly the variables that it reads, and time for all its calls', () => {
    for (const [, { Properties }] of findExternalAuthorizers(template)) {
      const given = Properties.Environment.Variables;
      const before = process.env;
      process.env = Object.fromEntries(Object.keys(given).map((variable) => [variable, 'x']));
      expect(Object.keys(readEnvironment(externalAuthorizer)).sort()).toEqual(Object.keys(given).sort());
      process.env = before;
      expect(Properties.Timeout).toBeGreaterThanOrEqual(longestWait(externalAuthorizer) + 1);
    }
  });

  it('lets an external authorizer read users without their password hashes, read and update sessions, and end none', () => {
    const grants = grantsIn(template).filter(({ role }) => role.includes('ExternalAuthorizerFunctionRole'));
    const granted = grants.map(({ actions, table }) => `${actions} ${table.replace(/[0-9A-F]{8}$/, '')}`);
    expect(granted.sort()).toEqual(
      ['BatchGetItem AuthTablesUsers', 'BatchGetItem AuthTablesTokens', 'UpdateItem AuthTablesTokens']
        .flatMap((grant) => [grant, grant, grant])
        .sort(),
    );
    expect(looseGrantsIn(template)).toEqual([]);
    expect(rolesNearPasswordsIn(template).join()).not.toContain('ExternalAuthorizer');
  });

  it('asks the users of the backend that protects, also where two protect methods of one API', () => {
    const both = new Reports();
    const partners = new TokenAuth(both.stack, 'Partners');
    both.auth.protect(both.method('GET/reports'));
    partners.protect(both.method('GET/offers'));
    const { Resources } = both.template().toJSON();
    const usersBefore = (part: string): string => {
      const method = Object.keys(Resources).find((id) => id.startsWith(`ReportsApi${part}GET`))!;
      const { AuthorizerUri } = Resources[Resources[method].Properties.AuthorizerId.Ref].Properties;
      const [, functionId] = /"Fn::GetAtt":\["(\w+)"/.exec(JSON.stringify(AuthorizerUri))!;
      return Resources[functionId!].Properties.Environment.Variables.USERS_TABLE.Ref;
    };
    expect([usersBefore('reports'), usersBefore('offers')]).toEqual([
      expect.stringMatching(/^AuthTablesUsers/),
      expect.stringMatching(/^PartnersTablesUsers/),
    ]);
  });

  it('works on an API of another stack', () => {
    const { app, auth: backend } = new Reports();
    const elsewhere = new Stack(app, 'Elsewhere');
    const api = new RestApi(elsewhere, 'Api');
    backend.protect(api.root.addMethod('GET', new MockIntegration()));
    const there = Template.fromStack(elsewhere);
    expect(findExternalAuthorizers(there)).toHaveLength(1);
    there.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
  });

  it('leaves no finding of cdk-nag unexplained on anything of TokenAuth', () => {
    const nagged = new Reports();
    nagged.auth.protect(nagged.method('GET/reports'), { roles: ['ADMIN'] });
    Validations.of(nagged.app).addPlugins(new AwsSolutionsChecks(nagged.app));
    let report = '';
    try {
      nagged.app.synth();
    } catch (error) {
      report = String(error);
    }
    const places = [...report.matchAll(/^ +(Reports\/\S+) /gm)].map(([, path]) => path);
    // The stranger's own API has findings, or there would be no report to look at.
    expect(places).toContain('Reports/ReportsApi/Default/open/GET/Resource');
    expect(places.filter((path) => /Auth|reports/.test(path!))).toEqual([]);
  });
});

describe('a deployment is a copy of the API, and a new one is made whenever', () => {
  const deploymentIn = (template: Template, part: string): string =>
    named(resourcesOf(template, 'AWS::ApiGateway::Deployment'), part)[0]![0];

  it('what is protected changes', () => {
    const deploymentOf = (protect: (reports: Reports, methods: Method[]) => void): string => {
      const reports = new Reports();
      protect(reports, [reports.method('GET/reports'), reports.method('DELETE/reports/{id}')]);
      return deploymentIn(reports.template(), 'ReportsApi');
    };
    const deployments = [
      deploymentOf(() => undefined),
      deploymentOf(({ auth }, [list]) => auth.protect(list!)),
      deploymentOf(({ auth }, [list, one]) => {
        auth.protect(list!);
        auth.protect(one!);
      }),
      deploymentOf(({ auth }, [list]) => auth.protect(list!, { roles: ['ADMIN'] })),
    ];
    expect(new Set(deployments).size).toBe(deployments.length);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('what is protected changes, also if the app made the deployment %s', (_, isFirst) => {
    const deploymentId = (options?: ProtectOptions): string => {
      const reports = new Reports();
      const api = new RestApi(reports.stack, 'Own', { deploy: false });
      const list = reports.method('GET/reports', {}, api);
      const deploy = () => new Deployment(reports.stack, 'Deployed', { api: api as any });
      if (isFirst) deploy();
      if (options) reports.auth.protect(list, options);
      if (!isFirst) deploy();
      return deploymentIn(reports.template(), 'Deployed');
    };
    expect(deploymentId({ roles: ['ADMIN'] })).not.toBe(deploymentId());
  });

  it('what is protected changes, also in a stage of the app', () => {
    const deploymentId = (options?: ProtectOptions): string => {
      const stage = new Stage(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Prod');
      const stack = new Stack(stage, 'Reports');
      const method = new RestApi(stack, 'ReportsApi').root.addMethod('GET', new MockIntegration());
      new TokenAuth(stack, 'Auth').protect(method, options);
      return deploymentIn(Template.fromStack(stack), 'ReportsApi');
    };
    expect(deploymentId({ roles: ['ADMIN'] })).not.toBe(deploymentId());
  });

  it.each(['ReportsApi', 'Auth'])('nothing but an authorizer changes, in the API %s', (part) => {
    const deploymentId = (ttlSeconds: number): string => {
      const reports = new Reports();
      reports.auth.protect(reports.method('GET/reports'));
      for (const authorizer of reports.stack.node.findAll().filter((node) => node instanceof CfnAuthorizer))
        authorizer.authorizerResultTtlInSeconds = ttlSeconds;
      return deploymentIn(reports.template(), part);
    };
    expect(deploymentId(1)).toBe(deploymentId(1));
    expect(deploymentId(0)).not.toBe(deploymentId(1));
  });
});

describe('protect refuses in words', () => {
  const noRole =
    'GET /x cannot be protected: no role is named. Name at least one, or leave "roles" out for all.';
  const twice =
    'GET /x cannot be protected: it has an authorizer already. Make it without one, and protect it once.';

  it.each<[what: string, message: string, protect: (reports: Reports) => void]>([
    [
      'a role that nobody can have',
      'GET /x cannot be protected: BOSS is not one of the roles in the settings (CLERK,MANAGER,ADMIN).',
      (reports) => reports.auth.protect(reports.method('GET/x'), { roles: ['BOSS'] }),
    ],
    ['no role', noRole, (reports) => reports.auth.protect(reports.method('GET/x'), { roles: [] })],
    [
      'roles that were meant and are missing, which would let everyone in',
      noRole,
      (reports) => reports.auth.protect(reports.method('GET/x'), { roles: undefined } as never),
    ],
    [
      'a method that has an authorizer',
      twice,
      (reports) =>
        reports.auth.protect(reports.method('GET/x', { authorizationType: AuthorizationType.IAM })),
    ],
    [
      'the same method twice',
      twice,
      (reports) => {
        const method = reports.method('GET/x');
        reports.auth.protect(method);
        reports.auth.protect(method, { roles: ['ADMIN'] });
      },
    ],
    [
      'a preflight',
      'OPTIONS /x cannot be protected: browsers send no token with OPTIONS, and would call nothing else then. Leave it open.',
      (reports) => reports.auth.protect(reports.method('OPTIONS/x')),
    ],
    [
      "a method of the backend's own API",
      'GET /x cannot be protected: the API of TokenAuth knows its own routes only. Make a RestApi of your own.',
      ({ auth }) => auth.protect(auth.restApi.root.addResource('x').addMethod('GET', new MockIntegration())),
    ],
    [
      'a method of an API that was made elsewhere',
      'GET /x cannot be protected: its API must be a RestApi of this app. It is imported, or of another copy of aws-cdk-lib.',
      ({ auth, stack }) => {
        const ids = { restApiId: 'abc', rootResourceId: 'def' };
        const api = RestApi.fromRestApiAttributes(stack, 'Imported', ids);
        auth.protect(api.root.addResource('x').addMethod('GET', new MockIntegration()));
      },
    ],
  ])('%s', (_, message, protect) => {
    expect(() => protect(new Reports())).toThrow(new Error(message));
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('gateway responses of its own types that were made %s it', (_, isFirst) => {
    const reports = new Reports();
    const addOwn = () =>
      new GatewayResponse(reports.stack, 'Mine', {
        restApi: reports.api as any,
        type: ResponseType.UNAUTHORIZED,
      });
    if (isFirst) addOwn();
    reports.auth.protect(reports.method('GET/reports'));
    if (!isFirst) addOwn();
    expect(() => reports.template()).toThrow(
      'Reports/Mine/Resource makes the gateway response UNAUTHORIZED, which TokenAuth makes for an API with protected methods. Take yours away.',
    );
  });

  it('but not gateway responses of other types, or of an API without protected methods', () => {
    const reports = new Reports();
    reports.auth.protect(reports.method('GET/reports'));
    reports.api.addGatewayResponse('Mine', { type: ResponseType.THROTTLED });
    new RestApi(reports.stack, 'Open').addGatewayResponse('Mine', { type: ResponseType.UNAUTHORIZED });
    reports.method('GET/open', {}, reports.stack.node.findChild('Open') as RestApi);
    expect(() => reports.template()).not.toThrow();
  });
});
