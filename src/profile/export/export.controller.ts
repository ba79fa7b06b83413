import { Controller, Get, Param, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, WhenLate } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Clock, romeDate } from '../../common/clock.js';
import { UuidParam } from '../../common/uuid.js';
import { Visitor } from '../../common/visitor.js';
import type { ExportRow } from './export.repository.js';
import { fileName, isAvailable } from './export.rules.js';
import { ExportService } from './export.service.js';
import { exportPage, goneExportPage } from './export.views.js';

const PAGE = '/dati/esporta';

/** A copy of all their data for the person themselves: a password alone (a PIN) neither asks for one nor takes it. */
@Controller('dati/esporta')
@Allow('citizen')
@Requires({ level: 2 })
export class ExportController {
  constructor(
    private readonly exports: ExportService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('export.read')
  @Render('export/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    return exportPage(t, await this.exports.latest(acting), this.clock.now());
  }

  @Post()
  @WhenLate('/dati/esporta')
  async create(
    @Acting() acting: Acting,
    @Visitor() { lang }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const asked = await this.exports.ask(acting, lang);
    await flash(req, asked.ok ? 'export.asked' : `export.${asked.reason}`, asked.ok ? 'ok' : 'warning');
    res.redirect(303, `${PAGE}#esito`);
  }

  /** The file, only inside the session of its owner: the address alone opens nothing. */
  @Get(':id')
  async download(
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Param('id', UuidParam) id: string,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (req.method === 'HEAD') return this.head(acting, id, res);
    const open = await this.exports.open(acting, id);
    if (!open) return res.status(410).render('export/gone', goneExportPage(t));
    headers(res, open.copy);
    await sent(this.exports.bytes(acting, open), res);
  }

  @Post(':id/eliminazione')
  @WhenLate('/dati/esporta')
  async discard(
    @Acting() acting: Acting,
    @Param('id', UuidParam) id: string,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const done = await this.exports.discard(acting, id);
    await flash(req, done ? 'export.discarded' : 'export.nothing-to-discard', done ? 'ok' : 'warning');
    res.redirect(303, `${PAGE}#esito`);
  }

  /** As the download would answer, and nothing is taken. */
  private async head(acting: Acting, id: string, res: Response): Promise<void> {
    const copy = await this.exports.find(acting, id);
    if (!isAvailable(copy, this.clock.now())) return void res.status(410).end();
    headers(res, copy);
    res.end();
  }
}

function headers(res: Response, { bytes, ready_at: readyAt }: ExportRow): void {
  res.set({
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="${fileName(romeDate(readyAt!))}"`,
    'Content-Length': String(bytes),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
}

/** As fast as the line takes it. Whoever goes away in the middle may come again: that is no fault. */
async function sent(bytes: AsyncIterable<Buffer>, res: Response): Promise<void> {
  try {
    await pipeline(Readable.from(bytes), res);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
