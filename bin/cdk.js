/** `cdk` without the SDK's Node version warning: a variable set here reaches it from every shell. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
require(require.resolve('aws-cdk/bin/cdk')); // Resolved first because it has no types.
