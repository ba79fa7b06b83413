// `npm run production:trial`: what the Dockerfile does, without a container engine: its own lines are followed in an
// empty folder, and the result is started in production mode, read-only and without rights.
import { progress, ready } from './lib/setup.mjs';

if (ready()) {
  const { productionTrial } = await import('./lib/production-trial.mjs');
  process.exit((await productionTrial(progress)) ? 0 : 1);
}
