import { App } from 'aws-cdk-lib/core';
import { AppStack } from '../lib/app-stack.mjs';

new AppStack(new App(), 'AppStack');
