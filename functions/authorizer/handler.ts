import { routeList } from '../routes';
import { systemClock } from '../shared/clock';
import { passesDenialsOn, readEnvironment } from '../shared/environment';
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
  readSessionAndOwner: (key) => readSessionAndOwner(database, key),
  sessions: sessionStore(database),
};

/** Only to our own endpoints, which do nothing without a principal. */
const passesOn = passesDenialsOn();

export const handler = authorizing({
  name: 'authorizer',
  metricsNamespace: environment.METRICS_NAMESPACE,
  decide: (request) => authorize(request, dependencies),
  refuse: ({ detail }, methodArn) => policyFor('Deny', methodArn, { detail }),
  isAnsweredByEndpoint: (resource) => passesOn && routeList.some(({ path }) => path === resource),
});
