import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bindDeletion } from '../shared/http/delete-account';
import { createBodyReader } from '../shared/http/fields';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { connect } from '../shared/store/database';
import { deleteMe } from './delete-me';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  ...bindDeletion(database, environment),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'delete-me', route, environment, readBody }, (request) =>
  deleteMe(request, dependencies),
);
