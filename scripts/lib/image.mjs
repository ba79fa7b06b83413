// Makes the folder that the Dockerfile describes, by following its lines. Node built-ins only.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/**
 * @param {string} folder an empty one
 * @returns {{ app: string, env: Record<string, string>, command: string[], healthCheck: string[], user: string }}
 */
export function makeImage(folder) {
  const [build, run] = stages(fs.readFileSync(path.join(root, 'Dockerfile'), 'utf8'));
  const places = { build: path.join(folder, 'build'), run: path.join(folder, 'app') };
  for (const place of Object.values(places)) fs.mkdirSync(place);
  for (const [name, rest] of build) {
    if (name === 'COPY') copyFromSource(rest.split(' '), places.build);
    if (name === 'RUN') shell(rest, places.build);
  }
  for (const [name, rest] of run) if (name === 'COPY') copyFromBuild(rest.split(' '), places);
  fs.rmSync(places.build, { recursive: true });
  const all = (wanted) => run.filter(([name]) => name === wanted).map(([, rest]) => rest);
  return {
    app: places.run,
    env: Object.fromEntries(all('ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('=')))),
    command: JSON.parse(all('CMD')[0]),
    healthCheck: JSON.parse(all('HEALTHCHECK')[0].replace(/^.*?CMD /, '')),
    user: all('USER')[0],
  };
}

/** The lines of each stage as [instruction, rest]. */
function stages(text) {
  const lines = text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const result = [];
  for (const line of lines) {
    const [, name, rest] = /^(\w+) (.*)$/.exec(line);
    if (name === 'FROM') result.push([]);
    else result.at(-1).push([name, rest]);
  }
  return result;
}

/** What the folder holds, less what .dockerignore names: just what a container engine would be sent. */
function copyFromSource(parts, to) {
  const ignored = new Set(fs.readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean));
  const wanted = parts.slice(0, -1);
  const names = wanted[0] === '.' ? fs.readdirSync(root).filter((name) => !ignored.has(name)) : wanted;
  for (const name of names) fs.cpSync(path.join(root, name), path.join(to, name), { recursive: true });
}

function copyFromBuild([, from, to], places) {
  const source = path.join(places.build, path.relative('/app', from));
  const target = path.resolve(places.run, to.endsWith('/') ? path.join(to, path.basename(from)) : to);
  fs.cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

function shell(command, cwd) {
  const { status, stdout, stderr } = spawnSync(command, {
    cwd,
    shell: true,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}\n${stdout}\n${stderr}`);
}

/** Without what the npm script around this one has set: a build starts from nothing. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_package|npm_lifecycle|INIT_CWD|NODE_ENV)/.test(name)),
  );
}
