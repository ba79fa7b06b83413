import { Module } from '@nestjs/common';
import { PlacesRepository } from './places.repository.js';
import { PlacesService } from './places.service.js';

@Module({ providers: [PlacesRepository, PlacesService], exports: [PlacesService] })
export class PlacesModule {}
