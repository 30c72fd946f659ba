import { routeList } from '../routes';
import { systemClock } from '../shared/clock';
import { asRoles, passesDenialsOn, readEnvironment } from '../shared/environment';
import { authorizing } from '../shared/http/authorizing';
import { policyFor } from '../shared/http/policy';
import { readSessionAndOwner } from '../shared/store/authentication';
import { connect } from '../shared/store/database';
import { sessionStore } from '../shared/store/sessions';
import { type AuthorizerDependencies, authorize } from './authorizer';

const environment = readEnvironment('authorizer');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });
export const { ready } = database;

const dependencies: AuthorizerDependencies = {
  clock: systemClock,
  roles: asRoles(environment.ADMITTED_ROLES),
  readSessionAndOwner: (key) => readSessionAndOwner(database, key),
  sessions: sessionStore(database),
};

const passesAllOn = passesDenialsOn();

export const handler = authorizing({
  name: 'authorizer',
  metricsNamespace: environment.METRICS_NAMESPACE,
  decide: (request) => authorize(request, dependencies),
  refuse: ({ detail }, methodArn) => policyFor('Deny', methodArn, { detail }),
  // Only by our own endpoints, which do nothing without a principal. A denial is a 401 at the gateway, which a role must not be.
  isAnsweredByEndpoint: (resource, reason) =>
    (passesAllOn || reason === 'role_not_admitted') && routeList.some(({ path }) => path === resource),
});
