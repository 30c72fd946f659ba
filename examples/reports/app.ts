/** `npx cdk synth` in this folder: one stack with the backend and an API of its own. */
import { App } from 'aws-cdk-lib';
import { ReportsStack } from './reports-stack';

new ReportsStack(new App(), 'Reports');
