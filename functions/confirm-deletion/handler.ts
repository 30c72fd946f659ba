import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bindDeletion } from '../shared/http/delete-account';
import { createBodyReader } from '../shared/http/fields';
import { bindLinkProof } from '../shared/http/prove';
import { connect } from '../shared/store/database';
import { confirmDeletion } from './confirm-deletion';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindLinkProof(database, environment),
  ...bindDeletion(database, environment),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'confirm-deletion', route, environment, readBody }, (request) =>
  confirmDeletion(request, dependencies),
);
