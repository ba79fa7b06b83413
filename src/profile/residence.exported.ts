import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { countryName, PlacesService } from '../places/index.js';
import { ResidenceExportRepository } from './residence-export.repository.js';

/** The comune the person says they live in, or the place abroad. */
@Injectable()
export class ExportedResidence implements Exported, OnModuleInit {
  readonly id = 'residenza';
  readonly order = 20;
  readonly titleKey = 'profile.residence';
  readonly tables = ['citizen'];
  readonly columns = [
    { name: 'residence_istat', titleKey: 'export.column-code-comune' },
    { name: 'residence_istat_text', titleKey: 'profile.residence-comune' },
    { name: 'residence_country', titleKey: 'export.column-code-country' },
    { name: 'residence_country_text', titleKey: 'export.column-country' },
    { name: 'residence_locality', titleKey: 'export.column-locality' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: ResidenceExportRepository,
    private readonly places: PlacesService,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const place = await this.rows.find(subject);
    if (!place) return;
    const { residence_istat: istat, residence_country: country } = place;
    const comune = istat ? await this.places.comune(istat) : null;
    yield [
      recordOf(this.columns, {
        ...place,
        residence_istat_text: comune?.name ?? istat,
        residence_country_text: country && countryName(country, t.lang),
      }),
    ];
  }
}
