/** Adds an external authorizer to a method of another API in the app. */
import { Aspects, Names, Stack, Stage } from 'aws-cdk-lib';
import {
  AuthorizationType,
  CfnGatewayResponse,
  type CfnMethod,
  Deployment,
  type Method,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { AuthFunctionsProps } from './auth-functions';
import { authorizerConfiguration, ExternalAuthorizer } from './external-authorizer';
import { addGatewayResponses, externalResponses } from './gateway-responses';

/** Who may call a protected method. */
export interface ProtectOptions {
  /** Only users with one of these roles; absent: every user. */
  readonly roles?: readonly string[];
}

/** The backend whose users may pass. */
export interface ProtectingBackend {
  readonly construct: Construct;
  readonly restApi: RestApi;
  readonly functionProps: AuthFunctionsProps;
}

/**
 * Lets only users with a valid token call the method, and with `roles` only those with one of the roles.
 * @throws Error if the method cannot be protected.
 */
export function protectMethod(method: Method, options: ProtectOptions, backend: ProtectingBackend): void {
  const refuse = toRefusalError(method);
  // `roles: undefined` is a mistake and must not admit everyone.
  const roles = 'roles' in options ? (options.roles ?? []) : undefined;
  const admittedRoles = roles && checkedRoles(roles, backend.functionProps.settings.roles, refuse);
  const { api } = method;
  if (!(api instanceof RestApi))
    throw refuse('its API must be a RestApi of this app. It is imported, or of another copy of aws-cdk-lib.');
  if (api === backend.restApi)
    throw refuse('the API of TokenAuth knows its own routes only. Make a RestApi of your own.');
  if (method.httpMethod === 'OPTIONS')
    throw refuse('browsers send no token with OPTIONS, and would call nothing else then. Leave it open.');
  const resource = method.node.defaultChild as CfnMethod;
  if (resource.authorizationType !== AuthorizationType.NONE)
    throw refuse('it has an authorizer already. Make it without one, and protect it once.');

  addExternalResponses(api, backend.functionProps.settings.corsOrigins);
  const { authorizer } = findOrCreateAuthorizer(api, admittedRoles, backend);
  resource.authorizationType = AuthorizationType.CUSTOM;
  resource.authorizerId = authorizer.ref;
  renewDeployments(api, {
    method: method.methodId,
    authorizerId: authorizer.ref,
    authorizer: authorizerConfiguration(authorizer),
  });
  acknowledge(method, {
    COG4: 'Its users are those of TokenAuth, whose tokens its own authorizer resolves.',
  });
}

type Refuse = (reason: string) => Error;

const toRefusalError =
  ({ httpMethod, resource }: Method): Refuse =>
  (reason) =>
    new Error(`${httpMethod} ${resource.path} cannot be protected: ${reason}`);

/** The roles in the order of the settings, so that equal sets have equal ids. */
function checkedRoles(roles: readonly string[], known: readonly string[], refuse: Refuse): readonly string[] {
  const unknown = roles.find((role) => !known.includes(role));
  if (unknown !== undefined)
    throw refuse(`${unknown} is not one of the roles in the settings (${known.join(',')}).`);
  if (roles.length === 0) throw refuse('no role is named. Name at least one, or leave "roles" out for all.');
  return known.filter((role) => roles.includes(role));
}

/** The external authorizer of an API for these roles, created on first use. */
function findOrCreateAuthorizer(
  api: RestApi,
  admittedRoles: readonly string[] | undefined,
  { construct, functionProps }: ProtectingBackend,
): ExternalAuthorizer {
  const id = [Names.nodeUniqueId(construct.node), ...(admittedRoles ?? ['AnyRole'])].join('-');
  const existing = api.node.tryFindChild(id);
  return existing instanceof ExternalAuthorizer
    ? existing
    : new ExternalAuthorizer(api, id, { ...functionProps, admittedRoles });
}

/** A deployment is a copy of the API, so a changed method needs a new one. An aspect also finds deployments that the app creates later. */
function renewDeployments(api: RestApi, because: object): void {
  Aspects.of(Stage.of(api) ?? api).add({
    visit: (node) => {
      if (node instanceof Deployment && node.api === api) node.addToLogicalId(because);
    },
  });
}

const idPrefix = 'TokenAuth-';
const answeredTypes = externalResponses.map(({ type }) => type.responseType);

/** Adds the gateway responses for an external authorizer's refusals, once for each API. */
function addExternalResponses(api: RestApi, corsOrigins: readonly string[]): void {
  if (answeredTypes.some((type) => api.node.tryFindChild(idPrefix + type))) return;
  addGatewayResponses(api, { answers: externalResponses, corsOrigins, idPrefix });
  api.node.addValidation({ validate: () => findRivals(api).map(describeRival) });
}

/** The app's own gateway responses of the same types: an API has one of each, so the last one deployed would win. */
function findRivals(api: RestApi): CfnGatewayResponse[] {
  const stack = Stack.of(api);
  const resolvedText = (apiId: string) => JSON.stringify(stack.resolve(apiId));
  const isOurs = ({ node }: CfnGatewayResponse) => node.scope?.node.id.startsWith(idPrefix);
  return stack.node
    .findAll()
    .filter((construct) => construct instanceof CfnGatewayResponse)
    .filter(
      (response) => resolvedText(response.restApiId) === resolvedText(api.restApiId) && !isOurs(response),
    )
    .filter(({ responseType }) => answeredTypes.includes(responseType));
}

const describeRival = ({ responseType, node }: CfnGatewayResponse): string =>
  `${node.path} makes the gateway response ${responseType}, which TokenAuth makes for an API with protected methods. Take yours away.`;
