import { Injectable, type PipeTransform } from '@nestjs/common';
import { NotFound } from '../common/errors.js';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An address that cannot be an appointment's is nobody's appointment. */
@Injectable()
export class AppointmentId implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!UUID.test(id)) throw new NotFound();
    return id;
  }
}
