import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal.js';
import { ModulesContainer } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ACCESS, RESUMABLE } from '#src/common/access.js';
import { ChoicesPipe } from '#src/appointments/choices.js';

export interface Route {
  method: string;
  path: string;
  /** 'nobody' for a route that says nothing: it is closed. */
  access: string;
  resumable: boolean;
  controller: string;
  /** With what its decorators say. */
  handler: object;
  /** The parameters of its address that it reads, as `@Query` says. */
  queries: string[];
}

/** Every route of the program with who may use it, as its decorators say. */
export function routesOf(app: NestExpressApplication): Route[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers
    .flatMap(({ metatype }) => routesOfController(metatype as Type<unknown>))
    .toSorted((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`));
}

function routesOfController(controller: Type<unknown>): Route[] {
  const prefix = String(Reflect.getMetadata('path', controller) ?? '');
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = name === 'constructor' ? undefined : prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata('path', handler)) return [];
    const access = Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller) ?? 'nobody';
    return {
      method: RequestMethod[Reflect.getMetadata('method', handler) as number]!,
      path: `/${[prefix, String(Reflect.getMetadata('path', handler))].join('/')}`
        .replace(/\/+/g, '/')
        .replace(/(.)\/$/, '$1'),
      access: String(access),
      resumable: Reflect.getMetadata(RESUMABLE, handler) === true,
      controller: controller.name,
      handler,
      queries: queriesOf(controller, name),
    };
  });
}

interface Argument {
  data?: string;
  pipes: ({ form?: Type<object> } | Type<unknown>)[];
}

function queriesOf(controller: Type<unknown>, method: string): string[] {
  const read = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, Argument>;
  const queries = Object.entries(read).filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`));
  return [...new Set(queries.flatMap(([, { data, pipes }]) => (data ? [data] : pipes.flatMap(fieldsOf))))];
}

function fieldsOf(pipe: Argument['pipes'][number]): string[] {
  if (pipe === ChoicesPipe) return ['sede', 'modo', 'argomento', 'comune', 'giorno', 'ripresa'];
  return 'form' in pipe && pipe.form ? Object.keys(new pipe.form()) : [];
}
