import { Controller, Get, Render } from '@nestjs/common';
import { Reads } from '../audit/index.js';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Visitor } from '../common/visitor.js';
import { ProfileService } from './profile.service.js';
import { profilePage } from './profile.views.js';

@Controller('dati')
@Allow('citizen')
export class ProfileController {
  constructor(private readonly profiles: ProfileService) {}

  @Get()
  @Reads('profile.read')
  @Render('profile/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    return profilePage(t, await this.profiles.profile(acting));
  }
}
