/**
 * Swagger UI on the description. A token in a response (of a signup, a login, a refresh) authorises the requests that follow, until the API
 * says that it has ended.
 * https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/
 */
const ui = SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: 'openapi.json',
  validatorUrl: null,
  tryItOutEnabled: true,
  requestInterceptor(request) {
    const { Authorization } = request.headers;
    // Pasted without the scheme.
    if (/^[0-9a-f]{40}$/.test(Authorization)) request.headers.Authorization = `Token ${Authorization}`;
    return request;
  },
  responseInterceptor(response) {
    const { obj, status, headers } = response;
    if (obj?.token) ui.preauthorizeApiKey(securityScheme(), `Token ${obj.token}`);
    else if (status === 401 || headers['token-expires-in'] === '0') ui.authActions.logout([securityScheme()]);
    return response;
  },
});

/** The name of the only one in the description. */
function securityScheme() {
  return ui.specSelectors.securityDefinitions().keySeq().first();
}
