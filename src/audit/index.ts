export { AuditModule } from './audit.module.js';
export { KINDS, PURPOSES, type Kind, type Purpose } from './audit.rules.js';
export { AuditService, type AuditEntry } from './audit.service.js';
export { OfficeNames } from './office-names.js';
export { READS, Reads } from './reads.js';
export { BEFORE_THE_FIRST, digestOf, digestOfLost, macOf, SEAL_KEY, type Link, type Sealable } from './seal.js';
export { HEADS_FILE, SealService } from './seal.service.js';
