// `npm run <name>`: the one way into the commands of scripts/commands, in a clone and in the image. Ends with 0 or 1.
import path from 'node:path';
import { buildProgram, ended, ready } from './lib/setup.mjs';

const [name, ...args] = process.argv.slice(2);
// ready() goes to the folder of the program: files are meant from where the command was given.
const from = process.env.INIT_CWD ?? process.cwd();
if (ready())
  await ended(async () => {
    buildProgram();
    const { run } = await import(`./commands/${name}.ts`);
    return run(args, (file) => path.resolve(from, file));
  });
