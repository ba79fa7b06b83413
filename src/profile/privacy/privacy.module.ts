import { Module } from '@nestjs/common';
import { PrivacyController } from './privacy.controller.js';
import { RegisterController } from './register.controller.js';

@Module({ controllers: [PrivacyController, RegisterController] })
export class PrivacyModule {}
