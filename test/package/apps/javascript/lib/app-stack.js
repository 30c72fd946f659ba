const { MockIntegration, RestApi } = require('aws-cdk-lib/aws-apigateway');
const { Stack } = require('aws-cdk-lib/core');
const { TokenAuth } = require('token-auth');

class AppStack extends Stack {
  /**
   * @param {import('constructs').Construct} scope
   * @param {string} id
   * @param {import('aws-cdk-lib/core').StackProps=} props
   */
  constructor(scope, id, props) {
    super(scope, id, props);
    const auth = new TokenAuth(this, 'Auth', {
      tokenLifetime: '12h',
      emailFrom: 'no-reply@example.com',
      events: 'on',
      monitoring: 'on',
    });
    const reports = new RestApi(this, 'Reports');
    auth.protect(reports.root.addMethod('GET', new MockIntegration()), { roles: ['ADMIN'] });
  }
}

module.exports = { AppStack };
