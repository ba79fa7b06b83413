// Loaded before the program (node --import): pages show what they show without recording it, to measure what that costs.
import { ReadsInterceptor } from '../../dist/audit/reads.interceptor.js';

ReadsInterceptor.prototype.intercept = (_context, next) => next.handle();
