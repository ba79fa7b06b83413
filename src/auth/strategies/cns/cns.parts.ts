import { CnsSweepJob } from './cns-sweep.job.js';
import { CnsAddress } from './cns.address.js';
import { CnsController } from './cns.controller.js';
import { CnsJudge } from './cns.judge.js';
import { CnsListener } from './cns.listener.js';
import { CnsPages } from './cns.pages.js';
import { CnsRepository } from './cns.repository.js';
import { CnsService } from './cns.service.js';
import { CnsStrategy } from './cns.strategy.js';
import { CnsTrust } from './cns.trust.js';
import { CnsWayIn } from './cns.way-in.js';

/** What the CNS way in adds to the auth module. */
export const CNS_CONTROLLERS = [CnsController];
export const CNS_PROVIDERS = [
  CnsTrust,
  CnsJudge,
  CnsStrategy,
  CnsRepository,
  CnsService,
  CnsAddress,
  CnsPages,
  CnsListener,
  CnsSweepJob,
  CnsWayIn,
];
