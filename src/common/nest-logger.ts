import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

/** Nest's own messages go through the structured log; its start-up chatter only when debugging. */
export function nestLogger(log: Log): LoggerService {
  const line = (message: unknown, ...rest: unknown[]) => ({
    source: 'nest',
    said: [message, ...rest].map(String).join(' '),
  });
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(line(message, ...rest)),
    error: (message: unknown, ...rest: unknown[]) => log.error(line(message, ...rest)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(line(message, ...rest)),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(line(message, ...rest)),
  };
}
