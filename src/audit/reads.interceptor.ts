import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { citizen } from '../common/actor.js';
import { carrying, type Carried } from '../common/carried.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { readStatement } from './audit.repository.js';
import type { Read } from './audit.rules.js';
import { READS } from './reads.js';

/**
 * Records what a page of @Reads shows, in the transaction that reads it: the data cannot be had without the trace. A page
 * that fails leaves none, unless it fails after its first unit of work, when the data has been read.
 */
@Injectable()
export class ReadsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const read = this.reflector.get<Read | undefined>(READS, context.getHandler());
    const req = context.switchToHttp().getRequest<Request>();
    if (!read || !req.acting) return next.handle();
    const object = read.parameter === null ? undefined : req.params[read.parameter];
    const statement = readStatement(read.action, typeof object === 'string' ? object : undefined, this.clock.now());
    const carried: Carried = { subject: req.acting.subject, statement, state: 'waiting' };
    this.recordBeforeShowing(carried, req);
    return from(carrying(carried, () => this.recorded(carried, req, next)));
  }

  private async recorded(carried: Carried, req: Request, next: CallHandler): Promise<unknown> {
    const page = await lastValueFrom(next.handle(), { defaultValue: undefined });
    await this.recordNow(carried, req);
    return page;
  }

  /** Many handlers render by themselves: the page waits for its entry there too. */
  private recordBeforeShowing(carried: Carried, req: Request): void {
    const res = req.res as Response;
    const render = res.render.bind(res) as (view: string, model?: object) => void;
    res.render = ((view: string, model?: object) => {
      if (carried.state === 'committed') return render(view, model);
      this.recordNow(carried, req).then(
        () => render(view, model),
        (error: unknown) => req.next?.(error),
      );
    }) as Response['render'];
  }

  /** A page that opened no unit of its own opens an empty one; a redirect or a refusal has shown nothing. */
  private async recordNow(carried: Carried, req: Request): Promise<void> {
    const shown = (req.res as Response).statusCode < 300;
    const { acting } = req;
    if (carried.state !== 'waiting' || !shown || !acting) return;
    await carrying(carried, () => this.db.actingAs(citizen(acting.subject, acting.by), async () => {}));
  }
}
