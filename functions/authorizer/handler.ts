import { listRoutes } from '../endpoints';
import { systemClock } from '../shared/clock';
import { forwardsDenials, parseRoles, readEnvironment, tableNames } from '../shared/environment';
import { createAuthorizer } from '../shared/http/create-authorizer';
import { createPolicy } from '../shared/http/policy';
import { readSessionAndOwner } from '../shared/store/authentication';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { enqueue } from '../shared/store/outbox';
import { markTokenUsed, remove } from '../shared/store/sessions';
import { type AuthorizerDependencies, authorize } from './authorizer';
import { definition } from './definition';

const environment = readEnvironment(definition);
const database = connect(tableNames(definition, environment));
export const { ready } = database;

const dependencies: AuthorizerDependencies = {
  clock: systemClock,
  roles: parseRoles(environment.ADMITTED_ROLES),
  ...bind(database, { readSessionAndOwner }),
  sessions: bind(database, { markTokenUsed, remove }),
  events: environment.EVENTS === 'on' ? bind(database, { enqueue }) : undefined,
};

const forwardsAll = forwardsDenials();
const paths: readonly string[] = listRoutes().map(({ path }) => path);

export const handler = createAuthorizer({
  name: 'authorizer',
  metricsNamespace: environment.METRICS_NAMESPACE,
  decide: (request) => authorize(request, dependencies),
  refuse: ({ detail }, methodArn) => createPolicy('Deny', methodArn, { detail }),
  // Only by our own endpoints, which do nothing without a principal. A denial is a 401 at the gateway, which a role must not be.
  isAnsweredByEndpoint: (resource, reason) =>
    (forwardsAll || reason === 'role_not_admitted') && paths.includes(resource),
});
