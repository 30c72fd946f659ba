import { systemClock } from '../shared/clock';
import { parseRoles, readEnvironment, tableNames } from '../shared/environment';
import type { AuthenticationDependencies } from '../shared/http/authenticate';
import { createAuthorizer } from '../shared/http/create-authorizer';
import { createPolicy } from '../shared/http/policy';
import { readSessionAndOwner } from '../shared/store/authentication';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { markTokenUsed } from '../shared/store/sessions';
import { definition } from './definition';
import { authorizeExternal } from './external-authorizer';

const environment = readEnvironment(definition);
const database = connect(tableNames(definition, environment));
export const { ready } = database;

const dependencies: AuthenticationDependencies = {
  clock: systemClock,
  roles: parseRoles(environment.ADMITTED_ROLES),
  ...bind(database, { readSessionAndOwner }),
  sessions: bind(database, { markTokenUsed }),
};

/** A Deny has one status, which is 403 here. API Gateway answers 401 to an error of exactly this message. */
const UNAUTHORIZED = 'Unauthorized';

export const handler = createAuthorizer({
  name: 'external-authorizer',
  metricsNamespace: environment.METRICS_NAMESPACE,
  decide: (request) => authorizeExternal(request, dependencies),
  refuse: ({ reason }, methodArn) => {
    if (reason !== 'role_not_admitted') throw new Error(UNAUTHORIZED);
    return createPolicy('Deny', methodArn, {});
  },
});
