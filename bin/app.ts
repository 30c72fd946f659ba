/** The CDK app: one stack for the stage that the settings name. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuthStack } from '../lib/auth-stack';
import { checkSettings, SettingsError, writtenSettings } from '../lib/settings';

function main(): void {
  const app = new App();
  const settings = writtenSettings(app.node.getAllContext());
  const { stage } = checkSettings(settings);
  new AuthStack(app, `TokenAuth-${stage}`, {
    settings,
    description: `Token authentication for mobile apps, stage ${stage}`,
    tags: { application: 'token-auth', stage },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

try {
  main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
